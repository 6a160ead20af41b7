import { isIP } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import type { ProbeOutcome } from '../../model/observation.ts';
import { OutsideError } from '../../model/outside-error.ts';
import type { TruenasLogin } from '../../ports/truenas.ts';
import type { AddressAttempt } from '../../ports/vantage.ts';
import { connectionProblem } from './problem.ts';
import { shownBy, trusted } from './trust.ts';

/**
 * The one way to a TrueNAS: TLS connections to the address that answered first, each of which shows
 * the certificate that was trusted. There is no other: nothing is ever sent without TLS.
 */
export interface Door {
  readonly host: string;
  readonly port: number;
  /**
   * @throws {OutsideError} If it cannot be reached or shows another certificate.
   */
  connect(signal: AbortSignal): Promise<TLSSocket>;
  attempts(): readonly AddressAttempt[];
  /** Gives up what is still waited for. */
  close(): void;
}

// TCP's first SYN is repeated after one second and after three; whoever is silent now is silent.
const CONNECT_MS = 6000;
// What another address says is evidence, but nobody waits long for it.
const OTHERS_MS = 2000;

/**
 * Tries all addresses of a NAS side by side and keeps the one that answers first.
 *
 * @throws {OutsideError} If none answers, or the certificate is not to be trusted.
 * @throws The abort reason, if `signal` is aborted.
 */
export async function openDoor(
  { hosts, port }: { readonly hosts: readonly string[]; readonly port: number },
  login: Pick<TruenasLogin, 'fingerprint' | 'trust' | 'pinFile'>,
  signal: AbortSignal,
): Promise<Door> {
  signal.throwIfAborted();
  const stop = new AbortController();
  const both = AbortSignal.any([signal, stop.signal]);
  const tries = hosts.map((host) => startTry({ host, port }, both));
  const close = () => stop.abort(new Error('no longer needed'));
  try {
    const { host, socket } = await Promise.any(tries.map(({ won }) => won));
    try {
      const places = hosts.map((one) => placeOf(one, port));
      await trusted(socket, { place: placeOf(host, port), places }, login);
      const pin = shownBy(socket);
      setTimeout(close, OTHERS_MS).unref();
      return {
        host,
        port,
        close,
        attempts: () => tries.map(({ attempt }) => attempt()),
        connect: (each) => pinnedConnection({ host, port }, pin, each),
      };
    } finally {
      socket.destroy();
    }
  } catch (error) {
    close();
    signal.throwIfAborted();
    throw error instanceof AggregateError ? combined(error) : error;
  }
}

function placeOf(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

interface Place {
  readonly host: string;
  readonly port: number;
}

interface Try {
  readonly won: Promise<{ readonly host: string; readonly socket: TLSSocket }>;
  attempt(): AddressAttempt;
}

function startTry(place: Place, signal: AbortSignal): Try {
  const start = performance.now();
  let ended: { outcome: ProbeOutcome; elapsedMs: number; detail?: string } | undefined;
  const end = (outcome: ProbeOutcome, detail?: string) => {
    ended = { outcome, elapsedMs: performance.now() - start, ...(detail ? { detail } : {}) };
  };
  const won = tlsConnection(place, signal).then((socket) => {
    end('answered');
    // one that answers later than another is not needed
    signal.addEventListener('abort', () => socket.destroy(), { once: true });
    return { host: place.host, socket };
  });
  won.catch((error: unknown) => end(outcomeOf(error), (error as Error).message?.slice(0, 200)));
  return {
    won,
    attempt: () => ({
      address: place.host,
      ...(ended ?? { outcome: 'timed-out', elapsedMs: performance.now() - start }),
    }),
  };
}

async function pinnedConnection(
  place: Place,
  pin: string,
  signal: AbortSignal,
): Promise<TLSSocket> {
  const socket = await tlsConnection(place, signal);
  const shown = shownBy(socket);
  if (shown === pin) return socket;
  socket.destroy();
  throw new OutsideError({
    doing: `reach ${placeOf(place.host, place.port)}`,
    found: `its certificate changed meanwhile: ${shown} instead of ${pin}`,
    next: 'if it was not renewed just now, somebody may stand between: do not go on',
  });
}

function tlsConnection({ host, port }: Place, signal: AbortSignal): Promise<TLSSocket> {
  signal.throwIfAborted();
  const doing = `reach ${placeOf(host, port)}`;
  return new Promise((resolve, reject) => {
    const socket = connect({
      host,
      port,
      // judged by trusted(): a self-signed certificate is the NAS's default
      rejectUnauthorized: false,
      ALPNProtocols: ['http/1.1'],
      ...(isIP(host) ? {} : { servername: host }),
    });
    const late = setTimeout(
      () => fail(Object.assign(new Error(), { code: 'ETIMEDOUT' })),
      CONNECT_MS,
    );
    const abort = () => fail(signal.reason);
    const settle = () => {
      clearTimeout(late);
      signal.removeEventListener('abort', abort);
      socket.off('error', fail);
      socket.off('close', cut);
    };
    const fail = (error: unknown) => {
      settle();
      socket.on('error', () => {});
      socket.destroy();
      reject(signal.aborted ? signal.reason : connectionProblem(doing, error));
    };
    const cut = () => fail(Object.assign(new Error('cut'), { code: 'ECONNRESET' }));
    signal.addEventListener('abort', abort, { once: true });
    socket.on('error', fail);
    socket.on('close', cut);
    socket.once('secureConnect', () => {
      settle();
      socket.on('error', () => {});
      resolve(socket);
    });
  });
}

function outcomeOf(error: unknown): ProbeOutcome {
  const { code } = ((error as Error).cause ?? {}) as NodeJS.ErrnoException;
  if (code === 'ECONNREFUSED') return 'refused';
  if (code === 'ECONNRESET') return 'reset';
  if (code === 'EHOSTUNREACH' || code === 'ENETUNREACH') return 'unreachable';
  if (code === 'EPROTO' || /^ERR_SSL/.test(code ?? '')) return 'answered';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'not-run';
  return 'timed-out';
}

function combined({ errors }: AggregateError): unknown {
  const problems = errors.filter((one) => one instanceof OutsideError);
  const [first] = problems;
  if (!first || problems.length === 1) return first ?? errors[0];
  return new OutsideError({
    doing: 'reach the NAS by any of its addresses',
    found: problems
      .map(({ doing, found }) => `${doing.replace('reach ', '')}: ${found}`)
      .join('; '),
    next: first.next,
    cause: first,
  });
}
