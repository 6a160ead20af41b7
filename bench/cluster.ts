// How long returnpath's own reader takes for a cluster of 5,000 nodes, 50,000 pods and 20,000
// volumes, and how much memory: the goal is 10 s and 500 MB resident. cluster-read.ts is the floor.
//   npm run bench:cluster
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { collectCluster } from '../src/collect/kubernetes/collect-cluster.ts';
import { systemClock } from '../src/platform/clock.ts';
import { openKubernetes } from '../src/platform/kubernetes/kubernetes.ts';
import { SIZES } from './cluster-read-objects.ts';

const GOAL = { ms: 10_000, bytes: 500_000_000 };
const SAMPLE_MS = 20;

const root = fileURLToPath(new URL('../..', import.meta.url));
const server = spawn(process.execPath, ['scripts/run-ts.mjs', 'bench/cluster-read-server.ts'], {
  cwd: root,
  stdio: ['pipe', 'pipe', 'inherit'],
});
const { kubeconfig, bytes } = await new Promise<{ kubeconfig: string; bytes: number }>(
  (resolve, reject) => {
    server.stdout.once('data', (line: Buffer) => resolve(JSON.parse(line.toString())));
    server.once('exit', (code) => reject(new Error(`the server ended with ${code}`)));
  },
);
console.log(`the API holds ${Math.round(bytes / 1e6)} MB of JSON`);

let peak = 0;
const sampler = setInterval(() => {
  peak = Math.max(peak, process.memoryUsage().rss);
}, SAMPLE_MS);
const started = performance.now();
const { kube } = await openKubernetes({ kubeconfig });
const facts = await collectCluster(kube, {
  clock: systemClock,
  signal: new AbortController().signal,
});
const tookMs = Math.round(performance.now() - started);
clearInterval(sampler);
kube.close();
server.stdin.end();

const { hangingPods, backends, nodeCount } = facts;
const found = {
  nodes: nodeCount.seen ? nodeCount.value : 0,
  hanging: hangingPods.seen ? hangingPods.value.length : 0,
  followed: hangingPods.seen
    ? hangingPods.value.filter(({ volumes }) => volumes[0]?.server !== undefined).length
    : 0,
  volumes: backends.seen ? backends.value.reduce((sum, { volumes }) => sum + volumes, 0) : 0,
};
const isRight =
  found.nodes === SIZES.nodes &&
  found.hanging === SIZES.stuckPods &&
  found.followed === SIZES.stuckPods &&
  found.volumes === SIZES.volumes;
const isMet = isRight && tookMs <= GOAL.ms && peak <= GOAL.bytes;
console.log(`found ${JSON.stringify(found)}${isRight ? '' : ', which is wrong'}`);
console.log(
  `${isMet ? 'met' : 'MISSED'}: ${tookMs} ms, ${Math.round(peak / 1e6)} MB resident (goal: ${GOAL.ms} ms, ${GOAL.bytes / 1e6} MB)`,
);
process.exitCode = isMet ? 0 : 1;
