// A large cluster's API on loopback, for whoever reads it: prints one line of JSON with the path of
// a kubeconfig, then serves until its standard input ends. Started by cluster-read.ts; by hand:
//   node scripts/run-ts.mjs bench/cluster-read-server.ts
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createKubeApi } from '../src/lab/kubernetes/api-server.ts';
import { realTimer } from '../src/lab/kubernetes/timer.ts';
import { bigCluster } from './cluster-read-objects.ts';

const started = performance.now();
const server = createKubeApi({
  listen: { host: '127.0.0.1', port: 0 },
  timer: realTimer,
  logs: () => undefined,
  exec: () => Promise.reject(new Error('nothing runs in this cluster')),
});
const { store, registry } = server.cluster.api;
let bytes = 0;
for (const object of bigCluster()) {
  const resource = registry.ofKind(object.apiVersion, object.kind);
  if (!resource) throw new RangeError(`Cannot load a ${object.kind}`);
  // past the rules of the API, which the objects keep, and with their JSON made beforehand
  bytes += store.put(resource.plural, object).bareJson().length;
}
const folder = mkdtempSync(join(tmpdir(), 'cluster-read-'));
const kubeconfig = join(folder, 'kubeconfig');
const url = await server.listen();
const user = { name: 'bench', groups: ['system:masters'] };
writeFileSync(kubeconfig, server.kubeconfigFor(user, url), { mode: 0o600 });
const fillMs = Math.round(performance.now() - started);
process.stdout.write(`${JSON.stringify({ kubeconfig, url, fillMs, bytes })}\n`);

process.stdin.resume();
process.stdin.on('end', () => {
  rmSync(folder, { recursive: true, force: true });
  void server.close();
});
