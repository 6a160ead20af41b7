import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';

/** An HTTP server that answers as the test says, and a kubeconfig for it. */
export interface FakeApi {
  readonly url: string;
  readonly kubeconfig: string;
  readonly requests: readonly IncomingMessage[];
  close(): Promise<void>;
}

export async function startFakeApi(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
  user: object = {},
): Promise<FakeApi> {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const folder = mkdtempSync(join(tmpdir(), 'rp-fake-api-'));
  const kubeconfig = join(folder, 'config');
  writeFileSync(kubeconfig, kubeconfigText(url, user));
  return {
    url,
    kubeconfig,
    requests,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      rmSync(folder, { recursive: true });
    },
  };
}

export function kubeconfigText(server: string, user: object, cluster: object = {}): string {
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'home', cluster: { server, ...cluster } }],
    users: [{ name: 'me', user }],
    contexts: [{ name: 'home', context: { cluster: 'home', user: 'me', namespace: 'media' } }],
    'current-context': 'home',
  });
}
