import { Buffer } from 'node:buffer';
import { request } from 'node:http';
import { OutsideError } from '../../model/outside-error.ts';
import { atMost } from '../../ports/at-most.ts';
import type { Door } from './door.ts';
import { connectionProblem } from './problem.ts';
import { urlHost } from './web-socket.ts';

export interface HttpsAsk {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  /** Value of the Authorization header. */
  readonly authorization?: string | undefined;
  readonly body?: string | undefined;
  readonly timeoutMs: number;
}

const LARGEST_ANSWER_BYTES = 32 * 1024 * 1024;

/**
 * One request through the door, so on a connection whose certificate was checked.
 *
 * @throws {OutsideError} If it is not answered, or too late, or at too great a length.
 * @throws The abort reason, if `signal` is aborted.
 */
export async function askHttps(
  door: Door,
  { method, path, authorization, body, timeoutMs }: HttpsAsk,
  signal: AbortSignal,
): Promise<{ readonly status: number; readonly body: string }> {
  const doing = `ask ${door.host} for ${path.replace(/\?.*/, '')}`;
  const late = atMost(timeoutMs);
  const connection = await door.connect(signal);
  try {
    return await new Promise((resolve, reject) => {
      const call = request({
        // plain HTTP to Node.js, as the connection it is given is TLS already
        createConnection: () => connection,
        host: door.host,
        method,
        path,
        signal: AbortSignal.any([signal, late]),
        headers: {
          host: `${urlHost(door.host)}:${door.port}`,
          'user-agent': 'returnpath',
          accept: 'application/json',
          connection: 'close',
          ...(authorization === undefined ? {} : { authorization }),
          ...(body === undefined
            ? {}
            : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
        },
      });
      call.on('error', reject);
      call.on('response', (answer) => {
        textOf(answer, doing).then(
          (text) => resolve({ status: answer.statusCode ?? 0, body: text }),
          reject,
        );
      });
      call.end(body);
    });
  } catch (error) {
    signal.throwIfAborted();
    if (!late.aborted) throw connectionProblem(doing, error);
    const found = `no answer within ${timeoutMs / 1000} s`;
    const next = 'the middleware may hang: restart it, or look with ssh://';
    throw new OutsideError({ doing, found, next, cause: error });
  } finally {
    connection.destroy();
  }
}

async function textOf(answer: AsyncIterable<Buffer>, doing: string): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer) {
    size += chunk.length;
    if (size > LARGEST_ANSWER_BYTES) {
      throw new OutsideError({ doing, found: 'the answer is longer than 32 MiB' });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
