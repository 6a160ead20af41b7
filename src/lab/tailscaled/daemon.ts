import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import type { DaemonFactory, TunnelControl } from '../host/daemon.ts';
import { LAB_DIR_ON_HOST } from '../init/host-script.ts';
import type { Netmap, Trouble } from '../protocol.ts';
import { type Backend, createBackend } from './backend.ts';
import { bootFailureFile, containerboot, containerEnvironment } from './containerboot.ts';
import { newPrefs } from './initial-prefs.ts';
import { type Permission, serveLocalApi } from './local-api.ts';
import { createLocalApiSocket } from './local-api-socket.ts';
import { findPeerUid, type PeerUid } from './peer-credentials.ts';
import { backendState } from './prefs.ts';
import { stateFile } from './state-file.ts';

/** On the volume of a container, which outlives it. */
const STATE_FILE = '/var/lib/tailscale/tailscaled.state';

/** Emulates tailscaled: its name, its LocalAPI, its rules and routes, and containerboot around it. */
export const createTailscaled: DaemonFactory = (tunnel) => {
  const container = containerOf();
  const peerUid = findPeerUid();
  let backend: Backend | undefined;
  let trouble: Trouble | undefined;
  let hasFailed = false;
  process.title = 'tailscaled';

  const socket = createLocalApiSocket(peerUid ? 0o666 : 0o600, (request, response) => {
    if (!backend) return response.destroy();
    const permission = () => permissionOf(request.socket, peerUid);
    serveLocalApi(backend, request, response, { permission, trouble }).catch((error: unknown) =>
      response.destroy(error instanceof Error ? error : undefined),
    );
  });

  /** The first process of the real container ends, and the container with it. */
  async function fail(why: string): Promise<void> {
    process.stdout.write(`boot: ${why}\n`);
    await backend?.close();
    await socket.refuse();
    hasFailed = true;
    if (container) writeFileSync(bootFailureFile(container.host), why);
  }

  async function begin(netmap: Netmap): Promise<void> {
    const started = await startBackend(container, netmap, tunnel);
    backend = started;
    process.once('SIGTERM', () => void started.close().then(() => process.exit(0)));
    await socket.open();
    if (container) await keepBooted(container, started, fail);
  }

  return {
    async become(state, netmap) {
      if (!netmap) throw new RangeError('Cannot run tailscaled without a network map');
      trouble = state.trouble;
      if (hasFailed) return;
      if (backend) await backend.receive(asWanted(container, netmap));
      else await begin(asWanted(container, netmap));
      if (hasFailed) return;
      await (trouble === 'api-refuses' ? socket.refuse() : socket.open());
    },
  };
};

interface Container {
  readonly host: string;
  /** It ran before in this lab: what it has kept is its own. */
  readonly isKnown: boolean;
}

/** The app's container we are in, the first process of which bears the lab's name for it. */
function containerOf(): Container | undefined {
  const host = readFileSync('/proc/1/cmdline', 'utf8').split('\0')[4] ?? '';
  if (host !== 'nas-tailscale') return undefined;
  const mark = `${LAB_DIR_ON_HOST}/hosts/${host}/has-run`;
  const isKnown = existsSync(mark);
  writeFileSync(mark, '');
  return { host, isKnown };
}

/** Userspace mode is a node without a tunnel device. */
function asWanted(container: Container | undefined, netmap: Netmap): Netmap {
  const environment = container && containerEnvironment(container.host);
  if (environment?.['TS_USERSPACE'] !== 'true') return netmap;
  const { self } = netmap;
  return { ...netmap, self: { ...self, member: { ...self.member, tun: false } } };
}

async function startBackend(
  container: Container | undefined,
  netmap: Netmap,
  tunnel: TunnelControl,
): Promise<Backend> {
  if (!container) return await createBackend({ netmap, tunnel });
  const state = stateFile(STATE_FILE);
  const saved = container.isKnown ? (state.load() ?? newPrefs()) : undefined;
  return await createBackend({ netmap, tunnel, state, saved });
}

type Fail = (why: string) => Promise<void>;

/** Boots once at the start, and again whenever the node was logged out: its container restarts then. */
async function keepBooted(container: Container, backend: Backend, fail: Fail): Promise<void> {
  let last: Promise<void> = Promise.resolve();
  const again = () => {
    last = last
      .then(() => boot(container, backend))
      .catch((error: unknown) => fail(error instanceof Error ? error.message : String(error)));
    return last;
  };
  backend.onPrefs((prefs) => {
    if (prefs.LoggedOut) void again();
  });
  if (container.isKnown) await again();
}

async function boot({ host }: Container, backend: Backend): Promise<void> {
  const needsLogin = backendState(backend.prefs) === 'NeedsLogin';
  await containerboot(containerEnvironment(host) ?? {}, needsLogin);
}

/** Root may write; so may the user that tailscaled runs as. */
async function permissionOf(socket: Socket, peerUid: PeerUid | undefined): Promise<Permission> {
  if (!peerUid) return { write: true };
  const uid = await peerUid(socket);
  return { write: uid === 0 || uid === process.getuid?.() };
}
