// From process start to the proven cause in the broken lab, beside the same evidence gathered by
// hand: the commands of the incident, once one after another as a person types them, once all at the
// same time. And from a kubeconfig, in a second lab with its cluster: alone to the likely cause, and
// with a look at the NAS to the proven one. Every figure is of whole processes on this machine.
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { kubeconfigPath } from '../src/lab/cluster/describe.ts';
import { locateLabHost } from '../src/lab/locate.ts';
import { startLab } from '../src/lab/start.ts';
import type { Diagnosis } from '../src/model/diagnosis.ts';
import { median } from './support/figures.ts';

const RUNS = 10;
/** Several seconds each, and little spread. */
const TYPED_RUNS = 3;

const ON_NODE = [
  'ping -c 1 -W 1 10.0.0.210',
  'nc -vz -w 2 10.0.0.210 80',
  'nc -vz -w 2 10.0.0.210 443',
  'nc -vz -w 2 10.0.0.210 2049',
  'curl -m 5 -sS -o /dev/null http://10.0.0.210/api/v2.0/system/version/',
  'nc -vz -w 2 10.0.0.1 80',
];
const PREFS =
  'for p in $(pgrep -x tailscaled); do curl -sS --unix-socket /proc/$p/root/var/run/tailscale/tailscaled.sock http://local-tailscaled.sock/localapi/v0/prefs && break; done';
const ON_NAS = [
  'ip route get 10.0.0.197 from 10.0.0.210',
  'ip rule',
  'ip route show table 52',
  PREFS,
];

type Argv = readonly string[];
const program: Argv = [process.execPath, join(process.cwd(), 'bin/returnpath.js')];

const lab = await startLab();
try {
  await lab.break('accept-routes');
  const byHand = [...(await entered('node', ON_NODE)), ...(await entered('nas', ON_NAS))];
  const diagnose = [
    ...program,
    ...['diagnose', '--from', `lab://${lab.id}/node`, '--to', `lab://${lab.id}/nas`],
    ...['--control', '10.0.0.1', '-o', 'json'],
  ];
  assertProven(await output(diagnose));
  const times = await measure(diagnose, byHand);
  await lab.stop();
  const table = `${report(times)}${await fromKubeconfig()}`;
  process.stdout.write(table);
  writeFileSync(
    'bench/diagnose.md',
    `# returnpath diagnose\n\nRepeat: \`npm run bench:diagnose\`.\n\n${table}`,
  );
} finally {
  await lab.stop();
}

/** The same outage with its cluster: at the utility host, with nothing but a kubeconfig. */
async function fromKubeconfig(): Promise<string> {
  const night = await startLab({ kubernetes: true, outage: true });
  try {
    const { enterNetwork, root = '' } = await locateLabHost(night.id, 'utility');
    const kubeconfig = ['--kubeconfig', `${root}${kubeconfigPath('admin')}`];
    const alone = [...enterNetwork, ...program, 'diagnose', ...kubeconfig, '-o', 'json'];
    const withNas = [...alone, '--to', `lab://${night.id}/nas`];
    await untilLikely(alone);
    const [likely, proven]: [number[], number[]] = [[], []];
    for (let run = 0; run < RUNS; run += 1) {
      likely.push(await timed(async () => assertCertainty(await output(alone), 'likely')));
      proven.push(await timed(async () => assertProven(await output(withNas))));
    }
    return [
      row('kubeconfig alone, to the likely cause', likely, 'waits for a second SYN'),
      row('kubeconfig and a look at the NAS, proven', proven, 'at most 1500'),
      '',
    ].join('\n');
  } finally {
    await night.stop();
  }
}

/** The cluster begins with its first pods; until they hang there is nothing to find. */
async function untilLikely(diagnose: Argv): Promise<void> {
  for (let tries = 0; tries < 20; tries += 1) {
    const { findings } = JSON.parse(await output(diagnose)) as Diagnosis;
    if (findings[0]?.certainty === 'likely') return;
  }
  throw new Error('Cannot time the diagnosis: nothing hangs in the lab');
}

interface Times {
  readonly diagnose: number[];
  readonly together: number[];
  readonly typed: number[];
  readonly start: number[];
  readonly node: number[];
}

async function measure(diagnose: Argv, byHand: readonly Argv[]): Promise<Times> {
  const times: Times = { diagnose: [], together: [], typed: [], start: [], node: [] };
  for (let run = 0; run < RUNS; run += 1) {
    times.diagnose.push(await timed(async () => assertProven(await output(diagnose))));
    times.together.push(await timed(() => Promise.all(byHand.map(output))));
    times.start.push(await timed(() => output([...program, '--version'])));
    times.node.push(await timed(() => output([process.execPath, '-e', '0'])));
    if (run < TYPED_RUNS) {
      times.typed.push(
        await timed(async () => {
          for (const argv of byHand) await output(argv);
        }),
      );
    }
  }
  return times;
}

function report({ diagnose, together, typed, start, node }: Times): string {
  const against = (peer: number[]) => (median(diagnose) / median(peer)).toFixed(2);
  const startUp = (median(start) / median(node)).toFixed(2);
  return [
    `Node.js ${process.version}, ${cpus().length} x ${cpus()[0]?.model}, ${RUNS} runs (typed: ${TYPED_RUNS}), milliseconds.`,
    '',
    '| what | median | min | max | goal and ratio of medians |',
    '|---|---|---|---|---|',
    row('returnpath diagnose, both vantages', diagnose, 'at most 1000'),
    row('hand commands, all at once', together, `diagnose is ${against(together)} of it; under 1`),
    row('hand commands, typed in turn', typed, `diagnose is ${against(typed)} of it; at most 0.1`),
    row('returnpath --version', start, `${startUp} of bare Node.js; at most 2`),
    row('node -e 0', node, ''),
    '',
  ].join('\n');
}

function row(what: string, times: readonly number[], note: string): string {
  const cells = [what, median([...times]), Math.min(...times), Math.max(...times)];
  const shown = cells.map((cell) => (typeof cell === 'number' ? cell.toFixed(0) : cell));
  return `| ${shown.join(' | ')} | ${note} |`;
}

/** The commands in the namespaces of a lab host, entered directly: no time of ours in theirs. */
async function entered(host: string, commands: readonly string[]): Promise<Argv[]> {
  const { enter } = await locateLabHost(lab.id, host);
  return commands.map((command) => [...enter, 'sh', '-c', command]);
}

function assertCertainty(json: string, wanted: 'likely' | 'proven'): void {
  const { findings } = JSON.parse(json) as Diagnosis;
  if (findings[0]?.certainty === wanted) return;
  throw new Error(`Cannot time the diagnosis: it is not ${wanted}`);
}

function assertProven(json: string): void {
  const { findings } = JSON.parse(json) as Diagnosis;
  const shows = findings[0]?.evidence.map((evidence) => evidence.shows) ?? [];
  const whole = shows.includes('mechanism') && shows.includes('effect');
  if (findings[0]?.certainty !== 'proven' || !whole) {
    throw new Error('Cannot time the diagnosis: it did not prove the cause');
  }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

/** What a command prints; that many of them fail is the point of the lab. */
function output([command = '', ...args]: Argv): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'ignore'] });
    let text = '';
    child.stdout.on('data', (chunk) => {
      text += chunk;
    });
    child.on('error', reject);
    child.on('close', () => resolve(text));
  });
}
