import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { DaemonMode } from '../protocol.ts';
import type { TruenasRelease } from '../topology/topology.ts';
import type { DaemonFactory } from './daemon.ts';
import { LAB_ONLY_CERTIFICATE, LAB_ONLY_KEY } from './lab-only-certificate.ts';
import { createListener } from './listener.ts';

/** The key that democratic-csi of the lab has. */
export const LAB_API_KEY = '1-lab-only-key-of-the-returnpath-homelab';

/**
 * What a release answers: its name, whether it still has REST, and whether an API key that comes
 * over plain HTTP from another host is revoked.
 * Source: truenas/middleware main.py, plugins/auth.py and utils/origin.py at the release tags
 */
const RELEASES: Readonly<Record<TruenasRelease, Release>> = {
  '24.10': { name: 'TrueNAS-SCALE-24.10.2.4', hasRest: true, revokesPlainKeys: false },
  '25.04': { name: 'TrueNAS-25.04.2.6', hasRest: true, revokesPlainKeys: true },
  '25.10': { name: 'TrueNAS-25.10.0', hasRest: true, revokesPlainKeys: true },
  '26.0': { name: 'TrueNAS-26.0.0', hasRest: false, revokesPlainKeys: true },
};

interface Release {
  readonly name: string;
  readonly hasRest: boolean;
  readonly revokesPlainKeys: boolean;
}

interface Answer {
  readonly status: number;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const UNAUTHORIZED: Answer = {
  status: 401,
  headers: { 'www-authenticate': 'Basic realm="FreeNAS"' },
};

/** TrueNAS' web server as far as democratic-csi's probe goes, over TLS and plain. */
export const createTruenas: DaemonFactory = () => {
  let mode: DaemonMode = 'serving';
  let rest = createRest('25.04');

  const listen = (secure: boolean) => (request: IncomingMessage, response: ServerResponse) => {
    if (mode === 'silent') return;
    const { status, body = '', headers = {} } = rest(request, secure);
    response.writeHead(status, { server: 'nginx', 'content-type': 'application/json', ...headers });
    response.end(body);
  };
  const certificate = { cert: LAB_ONLY_CERTIFICATE, key: LAB_ONLY_KEY };
  const listeners = [
    createListener(createServer(listen(false)), 80),
    createListener(createTlsServer(certificate, listen(true)), 443),
  ];
  let release: TruenasRelease = '25.04';
  return {
    async become(state) {
      mode = state.mode;
      if (state.release && state.release !== release) rest = createRest(state.release);
      release = state.release ?? release;
      await Promise.all(listeners.map((l) => (mode === 'closed' ? l.shut() : l.open())));
    },
  };
};

/** REST v2.0: `GET /api/v2.0/system/version`, with or without the slash democratic-csi adds. */
function createRest(name: TruenasRelease): (request: IncomingMessage, secure: boolean) => Answer {
  const release = RELEASES[name];
  let keyIsRevoked = false;

  function mayEnter({ headers }: IncomingMessage, secure: boolean): boolean {
    const key = /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1];
    if (key !== LAB_API_KEY) return false;
    if (!secure && release.revokesPlainKeys) keyIsRevoked = true;
    return !keyIsRevoked;
  }

  return (request, secure) => {
    const path = (request.url ?? '').replace(/\?.*/, '').replace(/\/$/, '');
    if (!path.startsWith('/api/v2.0')) return { status: 302, headers: { location: '/ui/' } };
    if (!release.hasRest) return { status: 404 };
    if (!mayEnter(request, secure)) return UNAUTHORIZED;
    if (path !== '/api/v2.0/system/version') return { status: 404 };
    if (request.method !== 'GET') return { status: 405 };
    return { status: 200, body: JSON.stringify(release.name) };
  };
}
