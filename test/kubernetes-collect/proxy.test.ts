import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { openKubernetes } from '../../src/platform/kubernetes/kubernetes.ts';
import { startTestCluster, type TestCluster } from '../kubernetes-api/support/cluster.ts';
import { until } from '../support/until.ts';

let cluster: TestCluster;
let proxy: Server;
const asked: string[] = [];
const sockets = new Set<Socket>();

beforeAll(async () => {
  cluster = await startTestCluster();
  proxy = createServer();
  proxy.on('connect', (request, client: Socket, head) => {
    asked.push(request.url ?? '');
    const [host = '', port = ''] = (request.url ?? '').split(':');
    const upstream = connect(Number(port), host, () => {
      client.write('HTTP/1.1 200 OK\r\n\r\n');
      upstream.write(head);
      upstream.pipe(client).pipe(upstream);
    });
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
    }
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  await until(() => cluster.kubernetes.cluster.list('pods').length >= 9, 10_000);
}, 30_000);
afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => proxy.close(resolve));
  await cluster.close();
});

test('lists and exec go through the proxy of the kubeconfig', async () => {
  const config = parse(readFileSync(cluster.adminConfig, 'utf8')) as {
    clusters: [{ cluster: Record<string, unknown> }];
  };
  const { port } = proxy.address() as AddressInfo;
  config.clusters[0].cluster['proxy-url'] = `http://127.0.0.1:${port}`;
  const kubeconfig = `${cluster.adminConfig}-proxy`;
  writeFileSync(kubeconfig, stringify(config));
  const { kube } = await openKubernetes({ kubeconfig });
  const signal = AbortSignal.timeout(15_000);
  let name = '';
  await kube.list(
    { resource: { version: 'v1', plural: 'pods' }, namespace: 'democratic-csi' },
    ({ items }) => {
      const pods = items as readonly { metadata: { name: string } }[];
      name = pods.find(({ metadata }) => metadata.name.includes('-node-'))?.metadata.name ?? '';
    },
    signal,
  );
  const ask = {
    namespace: 'democratic-csi',
    pod: name,
    container: 'csi-driver',
    command: ['echo', 'through'],
    limitBytes: 100,
  };
  expect(asked).toHaveLength(1);
  kube.close();
  // with connections of its own
  const { kube: other } = await openKubernetes({ kubeconfig });
  await expect
    .poll(() => other.exec(ask, signal))
    .toMatchObject({ value: { stdout: 'through\n', exitCode: 0 } });
  other.close();
  expect(asked.length).toBeGreaterThanOrEqual(2);
  expect(new Set(asked)).toEqual(new Set([new URL(cluster.kubernetes.url).host]));
});
