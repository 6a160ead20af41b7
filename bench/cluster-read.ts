// How fast a cluster of 5,000 nodes, 50,000 pods and 20,000 volumes can be read at all: every list,
// by pages of 500, one after the other, parsed and let go. This is the floor for any reader; the
// goal for returnpath's is 10 s and 500 MB resident.
//   node scripts/run-ts.mjs bench/cluster-read.ts
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

const LISTS = ['nodes', 'pods', 'persistentvolumes', 'persistentvolumeclaims', 'events'];
const PAGE = 500;
const GOAL = { ms: 10_000, bytes: 500_000_000 };

interface Served {
  readonly kubeconfig: string;
  readonly fillMs: number;
  readonly bytes: number;
}

const root = fileURLToPath(new URL('../..', import.meta.url));
const server = spawn(process.execPath, ['scripts/run-ts.mjs', 'bench/cluster-read-server.ts'], {
  cwd: root,
  stdio: ['pipe', 'pipe', 'inherit'],
});
const served = await new Promise<Served>((resolve, reject) => {
  server.stdout.once('data', (line: Buffer) => resolve(JSON.parse(line.toString()) as Served));
  server.once('exit', (code) => reject(new Error(`the server ended with ${code}`)));
});
const size = Math.round(served.bytes / 1e6);
console.log(`filled with ${size} MB of JSON in ${served.fillMs} ms`);

const get = clientOf(served.kubeconfig);
let peak = 0;
const started = performance.now();
for (const plural of LISTS) {
  const begun = performance.now();
  let items = 0;
  let token = '';
  do {
    const page = (await get(
      `/api/v1/${plural}?limit=${PAGE}&continue=${encodeURIComponent(token)}`,
    )) as {
      readonly items: readonly unknown[];
      readonly metadata: { readonly continue?: string };
    };
    items += page.items.length;
    token = page.metadata.continue ?? '';
    peak = Math.max(peak, process.memoryUsage().rss);
  } while (token !== '');
  console.log(`${plural}: ${items} in ${Math.round(performance.now() - begun)} ms`);
}
const tookMs = Math.round(performance.now() - started);
const isMet = tookMs <= GOAL.ms && peak <= GOAL.bytes;
console.log(
  `all: ${tookMs} ms, ${Math.round(peak / 1e6)} MB resident (goal: ${GOAL.ms} ms, ${GOAL.bytes / 1e6} MB)`,
);
server.stdin.end();
process.exitCode = isMet ? 0 : 1;

function clientOf(path: string): (path: string) => Promise<unknown> {
  const { clusters, users } = parse(readFileSync(path, 'utf8')) as {
    clusters: [{ cluster: Record<string, string> }];
    users: [{ user: Record<string, string> }];
  };
  const decode = (text = ''): string => Buffer.from(text, 'base64').toString();
  const agent = new Agent({
    keepAlive: true,
    ca: decode(clusters[0].cluster['certificate-authority-data']),
    cert: decode(users[0].user['client-certificate-data']),
    key: decode(users[0].user['client-key-data']),
  });
  return (at) =>
    new Promise((resolve, reject) => {
      const call = request(clusters[0].cluster['server'] + at, { agent }, (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('end', () => resolve(JSON.parse(Buffer.concat(chunks).toString())));
      });
      call.on('error', reject);
      call.end();
    });
}
