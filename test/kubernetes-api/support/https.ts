import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { parse } from 'yaml';

interface ApiAnswer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
  /** The body as JSON; most tests look at parts of it. */
  // biome-ignore lint/suspicious/noExplicitAny: answers of many shapes, checked by expectations
  readonly json: any;
}

interface Ask {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** Requests with the credentials of a kubeconfig. */
export interface RawClient {
  ask(path: string, ask?: Ask): Promise<ApiAnswer>;
  /** Objects of a stream, one a line, as they come. */
  stream(path: string): { readonly lines: unknown[]; close(): void };
  /** For WebSocket clients. */
  readonly tls: { readonly url: string; readonly options: object };
}

export function clientOf(kubeconfig: string): RawClient {
  const { clusters, users } = parse(kubeconfig) as {
    clusters: [{ cluster: Record<string, string> }];
    users: [{ user: Record<string, string> }];
  };
  const { cluster } = clusters[0];
  const { user } = users[0];
  const decode = (text: string | undefined) => text && Buffer.from(text, 'base64').toString();
  const tls = {
    ca: decode(cluster['certificate-authority-data']),
    cert: decode(user['client-certificate-data']),
    key: decode(user['client-key-data']),
  };
  const token: Record<string, string> = user['token']
    ? { authorization: `Bearer ${user['token']}` }
    : {};
  const url = cluster['server'] ?? '';
  return {
    tls: { url: url.replace('https:', 'wss:'), options: { ...tls, headers: token } },
    ask(path, { method = 'GET', headers = {}, body } = {}) {
      return new Promise((resolve, reject) => {
        const json = body === undefined ? {} : { 'content-type': 'application/json' };
        const options = {
          method,
          headers: { ...token, ...json, ...headers },
          ...tls,
          agent: false,
        };
        const call = request(url + path, options, (answer) => {
          const chunks: Buffer[] = [];
          answer.on('data', (chunk: Buffer) => chunks.push(chunk));
          answer.on('end', () => {
            const text = Buffer.concat(chunks).toString();
            const isJson = /^[{[]/.test(text);
            const { statusCode: status = 0, headers: given } = answer;
            resolve({ status, headers: given, text, json: isJson ? JSON.parse(text) : undefined });
          });
        });
        call.on('error', reject);
        call.end(body === undefined ? undefined : JSON.stringify(body));
      });
    },
    stream(path) {
      const lines: unknown[] = [];
      let rest = '';
      const call = request(url + path, { headers: token, ...tls, agent: false }, (answer) => {
        answer.on('data', (chunk: Buffer) => {
          const parts = (rest + chunk.toString()).split('\n');
          rest = parts.pop() ?? '';
          for (const part of parts) lines.push(JSON.parse(part));
        });
      });
      call.on('error', () => undefined);
      call.end();
      return { lines, close: () => call.destroy() };
    },
  };
}
