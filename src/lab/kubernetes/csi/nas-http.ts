import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Pod } from '../kinds.ts';

export interface NasRequest {
  /** In whose network namespace it has to be made. */
  readonly pod: Pod;
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly timeoutMs: number;
  readonly rejectUnauthorized: boolean;
}

export interface NasAnswer {
  readonly status: number;
  readonly statusText: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * Makes one HTTP request of the driver. Rejects with the error Node.js gives, or with
 * `NasTimeout`.
 */
export type NasHttp = (ask: NasRequest) => Promise<NasAnswer>;

export class NasTimeout extends Error {
  override readonly name = 'NasTimeout';
}

/** Requests made by this process, in whatever namespace it is. */
export const nodeHttp: NasHttp = (ask) =>
  new Promise((resolve, reject) => {
    const request = ask.url.startsWith('https:') ? httpsRequest : httpRequest;
    const { method, headers, rejectUnauthorized } = ask;
    const call = request(
      ask.url,
      { method, headers, rejectUnauthorized, agent: false },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('error', reject);
        answer.on('end', () => {
          const { statusCode = 0, statusMessage = '' } = answer;
          const body = Buffer.concat(chunks).toString();
          resolve({
            status: statusCode,
            statusText: statusMessage,
            headers: texts(answer.headers),
            body,
          });
        });
      },
    );
    const timer = setTimeout(
      () => call.destroy(new NasTimeout('no answer in time')),
      ask.timeoutMs,
    );
    call.on('close', () => clearTimeout(timer));
    call.on('error', reject);
    call.end(ask.body);
  });

function texts(headers: NodeJS.Dict<string | string[]>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}
