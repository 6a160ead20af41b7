import { connect, isIP, type Socket } from 'node:net';
import type { ProbeAnswer, ProbeAsk, ProbeStage } from '../../ports/vantage.ts';
import { outcomeOfErrno } from './errno.ts';

/** What an answer told. */
export type Said = Pick<ProbeAnswer, 'detail' | 'httpStatus'>;

/** What to say once TCP is accepted, and how to understand what comes back. */
export interface Dialogue {
  /** Wraps the accepted connection, in TLS for instance; resolves when one can speak. */
  readonly secure?: ((socket: Socket) => Promise<Socket>) | undefined;
  readonly request: string | Buffer;
  /** Absent while more bytes are needed. */
  readonly understand: (bytes: Buffer) => Said | undefined;
}

export interface ProbeContext {
  readonly signal: AbortSignal;
  readonly onStage?: ((stage: ProbeStage) => void) | undefined;
}

/** The longest beginning of an answer that is kept while it is not understood yet, in bytes. */
const ANSWER_LIMIT_BYTES = 4096;

/**
 * Connects, and speaks if there is something to say. Without a dialogue, being accepted is the
 * answer. Never throws: what goes wrong is the outcome. An abort ends it like the deadline, with
 * what is known so far.
 */
export function talk(
  ask: ProbeAsk,
  dialogue: Dialogue | undefined,
  { signal, onStage }: ProbeContext,
): Promise<ProbeAnswer> {
  const startedUnixMs = Date.now();
  const start = performance.now();
  const elapsedMs = () => performance.now() - start;
  const refusal = unaskable(ask);
  if (refusal) {
    return Promise.resolve({ outcome: 'not-run', startedUnixMs, elapsedMs: 0, detail: refusal });
  }

  return new Promise((resolve) => {
    let connectMs: number | undefined;
    let sourcePort: number | undefined;
    const socket = connect({
      host: ask.address,
      port: ask.port ?? 0,
      ...(ask.source === undefined ? {} : { localAddress: ask.source }),
    });
    onStage?.('sent');
    const finish = (outcome: ProbeAnswer['outcome'], said: Said = {}) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', giveUp);
      socket.removeAllListeners();
      // a late error of a connection nobody waits for must not end the program
      socket.on('error', () => socket.destroy());
      socket.destroy();
      const times = { startedUnixMs, elapsedMs: elapsedMs(), connectMs };
      resolve({ outcome, ...times, sourcePort, ...said });
    };
    const giveUp = () => finish(connectMs === undefined ? 'timed-out' : 'silent');
    const fail = (error: NodeJS.ErrnoException) => {
      const detail = error.code ?? error.message;
      if (connectMs === undefined) finish(outcomeOfErrno(error.code), { detail });
      else finish(isCut(error) ? 'reset' : 'answered', { detail });
    };
    const timer = setTimeout(giveUp, ask.timeoutMs);
    signal.addEventListener('abort', giveUp, { once: true });
    socket.once('error', fail);
    socket.once('connect', () => {
      connectMs = elapsedMs();
      sourcePort = socket.localPort;
      if (!dialogue) return finish('answered');
      onStage?.('connected');
      converse(socket, dialogue, { finish, fail }).catch(fail);
    });
    if (signal.aborted) giveUp();
  });
}

async function converse(
  accepted: Socket,
  { secure, request, understand }: Dialogue,
  {
    finish,
    fail,
  }: {
    finish: (outcome: ProbeAnswer['outcome'], said?: Said) => void;
    fail: (error: NodeJS.ErrnoException) => void;
  },
): Promise<void> {
  const closed = () => finish('reset', { detail: 'closed without an answer' });
  accepted.once('end', closed);
  const socket = secure ? await secure(accepted) : accepted;
  socket.on('error', fail);
  socket.once('end', closed);
  let bytes = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    bytes = Buffer.concat([bytes, chunk]);
    const said = understand(bytes);
    if (said) finish('answered', said);
    else if (bytes.length >= ANSWER_LIMIT_BYTES) finish('answered', { detail: 'not understood' });
  });
  socket.write(request);
}

function isCut(error: NodeJS.ErrnoException): boolean {
  return error.code === 'ECONNRESET' || error.code === 'EPIPE';
}

function unaskable({ address, port, source }: ProbeAsk): string | undefined {
  if (!isIP(address)) return `"${address}" is not an address`;
  if (port === undefined || !Number.isInteger(port) || port < 1 || port > 65_535) {
    return `"${port}" is not a port`;
  }
  if (source !== undefined && isIP(source) !== isIP(address)) {
    return `"${source}" cannot be the source of packets to ${address}`;
  }
  return undefined;
}
