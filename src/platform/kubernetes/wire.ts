import { Buffer } from 'node:buffer';
import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { createGunzip } from 'node:zlib';
import { OutsideError } from '../../model/outside-error.ts';
import { atMost } from '../../ports/at-most.ts';
import type { Access } from './credentials.ts';
import { connectionProblem } from './problem.ts';

export interface WireAsk {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly url: URL;
  readonly accept?: string | undefined;
  readonly body?: string | undefined;
  /** Bytes of an answer, unpacked; one that is longer is refused. */
  readonly limitBytes: number;
  readonly timeoutMs: number;
  /** For messages. */
  readonly doing: string;
}

export interface WireAnswer {
  readonly code: number;
  readonly body: Buffer;
  /** Seconds, of a Retry-After header. */
  readonly retryAfterS: number | undefined;
}

/** Packing saves time only where the way is slower than the packer. */
const LOOPBACK = /^(?:127\.|\[::1\]|localhost$)/;

/**
 * One request and its whole answer.
 *
 * @throws {OutsideError} If it could not be sent, or the answer is too long or too late.
 * @throws The abort reason, if `signal` is aborted.
 */
export async function send(ask: WireAsk, access: Access, signal: AbortSignal): Promise<WireAnswer> {
  signal.throwIfAborted();
  const late = atMost(ask.timeoutMs);
  try {
    return await exchange(ask, access, AbortSignal.any([signal, late]));
  } catch (error) {
    signal.throwIfAborted();
    if (!late.aborted) throw connectionProblem(ask.doing, error);
    throw new OutsideError({
      doing: ask.doing,
      found: `${ask.url.host} gave no answer within ${ask.timeoutMs / 1000} s`,
      next: 'check the way from here to the API server: a VPN, a tailnet, a firewall',
      cause: error,
    });
  }
}

function exchange(
  ask: WireAsk,
  { headers, agent }: Access,
  signal: AbortSignal,
): Promise<WireAnswer> {
  const { method, url, accept = 'application/json', body } = ask;
  const send = url.protocol === 'http:' ? requestHttp : requestHttps;
  return new Promise((resolve, reject) => {
    const call = send(url, {
      method,
      agent,
      signal,
      headers: {
        ...copied(headers),
        accept,
        'user-agent': 'returnpath',
        ...(LOOPBACK.test(url.hostname) ? {} : { 'accept-encoding': 'gzip' }),
        ...(body === undefined ? {} : bodyHeaders(body)),
      },
    });
    call.on('error', reject);
    call.on('response', (answer) => {
      wholeBody(answer, ask).then(
        (bytes) =>
          resolve({ code: answer.statusCode ?? 0, body: bytes, retryAfterS: retryAfter(answer) }),
        (error: unknown) => {
          call.destroy();
          reject(error);
        },
      );
    });
    call.end(body);
  });
}

/** Node.js gives a DELETE with a body neither a length nor chunks by itself. */
function bodyHeaders(body: string): Record<string, string> {
  return {
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
  };
}

function copied(headers: Access['headers']): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : [...value],
    ]),
  );
}

async function wholeBody(answer: IncomingMessage, { limitBytes, doing }: WireAsk): Promise<Buffer> {
  const isPacked = answer.headers['content-encoding'] === 'gzip';
  const stream = isPacked ? answer.pipe(createGunzip()) : answer;
  if (isPacked) answer.on('error', (error) => stream.destroy(error));
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limitBytes) {
      const found = `the answer is longer than ${Math.round(limitBytes / 1e6)} MB`;
      throw new OutsideError({ doing, found, next: 'ask for less at a time' });
    }
    chunks.push(chunk);
  }
  return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, size);
}

function retryAfter({ headers }: IncomingMessage): number | undefined {
  const seconds = Number(headers['retry-after']);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds : undefined;
}
