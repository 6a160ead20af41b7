import { OutsideError } from '../model/outside-error.ts';
import type { UnixHttpAnswer, UnixHttpAsk } from '../ports/vantage.ts';
import { isErrno } from './process/live-groups.ts';

/** A tailnet of ten thousand peers prints about 10 MB of status. */
const BODY_LIMIT_BYTES = 32 * 1024 * 1024;

/** Means: no program listens there; another path may be the right one. */
const NOT_THERE = ['ENOENT', 'ENOTDIR', 'ECONNREFUSED', 'EACCES', 'EPERM', 'ENOTSOCK'];

/**
 * One HTTP request over a unix socket.
 *
 * @throws {OutsideError} If no path leads to a listening socket, or the answer is broken or longer
 *   than 32 MiB.
 * @throws The abort reason, if `signal` is aborted.
 */
export async function unixHttp(ask: UnixHttpAsk, signal: AbortSignal): Promise<UnixHttpAnswer> {
  const tried: string[] = [];
  for (const socketPath of ask.socketPaths) {
    try {
      return await request(socketPath, ask, signal);
    } catch (error) {
      signal.throwIfAborted();
      const code = NOT_THERE.find((name) => isErrno(error, name));
      if (code === undefined) throw broken(ask, socketPath, error);
      tried.push(`${socketPath}: ${code}`);
    }
  }
  throw new OutsideError({
    doing: `ask ${ask.method} ${ask.path} over a unix socket`,
    found: tried.length > 0 ? tried.join(', ') : 'no path to try',
    next: tried.some((text) => /EACCES|EPERM/.test(text)) ? 'look as root' : undefined,
  });
}

/** Loads HTTP only when used: programs of ours that only probe start faster without it. */
async function request(
  socketPath: string,
  { method, path, host, body }: UnixHttpAsk,
  signal: AbortSignal,
): Promise<UnixHttpAnswer> {
  const { request: send } = await import('node:http');
  return new Promise((resolve, reject) => {
    const headers = {
      host,
      connection: 'close',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    };
    const call = send({ socketPath, method, path, headers, signal, agent: false }, (answer) => {
      const chunks: Buffer[] = [];
      let size = 0;
      answer.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > BODY_LIMIT_BYTES) call.destroy(new Error('the answer is longer than 32 MiB'));
        else chunks.push(chunk);
      });
      answer.once('error', reject);
      answer.once('end', () =>
        resolve({
          status: answer.statusCode ?? 0,
          body: Buffer.concat(chunks).toString('utf8'),
          socketPath,
        }),
      );
    });
    call.once('error', reject);
    call.end(body);
  });
}

function broken({ method, path }: UnixHttpAsk, socketPath: string, error: unknown): OutsideError {
  return new OutsideError({
    doing: `ask ${method} ${path} over ${socketPath}`,
    found: error instanceof Error ? error.message : String(error),
    cause: error,
  });
}
