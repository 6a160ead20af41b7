import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commandOf, type Scenario, type Step } from './scenario.ts';

/** What a namespace said of itself, as text, and its answers. */
export interface Recording {
  readonly scenario: Scenario;
  readonly state: Readonly<Record<Part, string>>;
  readonly answers: Readonly<Record<'ipv4' | 'ipv6', Answers>>;
}

/** Standard output has a line for each success, standard error the numbers of the other lines. */
export interface Answers {
  readonly output: string;
  readonly errors: string;
}

/** How each part of the state is read back. */
export const STATE_COMMANDS = {
  link: 'ip -j -N -d link show',
  addr: 'ip -j -N addr show',
  rule4: 'ip -4 -j -N rule show',
  rule6: 'ip -6 -j -N rule show',
  route4: 'ip -4 -j -N route show table all',
  route6: 'ip -6 -j -N route show table all',
  neigh4: 'ip -4 -j -N neigh show nud all',
  neigh6: 'ip -6 -j -N neigh show nud all',
  triestat: 'cat /proc/net/fib_triestat',
  sysctl: `cd /proc/sys && for key in rp_filter forwarding accept_local route_localnet src_valid_mark send_redirects bc_forwarding ignore_routes_with_linkdown; do grep '' net/ipv4/conf/*/$key; done; for key in forwarding ignore_routes_with_linkdown use_oif_addrs_only use_tempaddr force_forwarding; do grep '' net/ipv6/conf/*/$key; done; grep '' net/ipv4/fib_multipath_use_neigh /dev/null`,
} as const;
export type Part = keyof typeof STATE_COMMANDS;
export const PART_NAMES = Object.keys(STATE_COMMANDS) as readonly Part[];

/**
 * A device's carrier and what the kernel has made of it agree after a while; changing a link waits
 * for whoever is just making something of it. Five seconds at most.
 */
const SETTLE = [
  'n=0',
  'while [ $n -lt 250 ] && ip -o link show up | grep -v NO-CARRIER | grep -qv LOWER_UP || ip -o link show up | grep NO-CARRIER | grep -q LOWER_UP; do n=$((n+1)); sleep 0.02; done',
  'ip link set lo alias settled',
];

/**
 * What a kernel may change by itself while it is read: carriers and the routes by them, when it is
 * busy, and neighbours that failed, which it forgets when all namespaces together have many.
 */
const MAY_MOVE =
  '{ ip -o link show; ip -4 route show table all; ip -6 route show table all; ip neigh show nud all | grep -v NOARP; }';
const TRIES = 3;

/** No scenario takes longer unless the machine is stuck. */
const TIMEOUT_MS = 120_000;

/**
 * Makes the namespace, asks it everything, and lets it go again: it lives as long as one shell. One
 * that was not the same after the questions as before them is made anew.
 *
 * @throws {Error} If none of three kept still.
 */
export async function record(scenario: Scenario): Promise<Recording> {
  for (let left = TRIES; left > 0; left--) {
    const recording = await recordOnce(scenario);
    if (recording) return recording;
  }
  throw new Error(
    `Cannot record seed ${scenario.seed}: its links, routes or neighbours changed meanwhile`,
  );
}

async function recordOnce(scenario: Scenario): Promise<Recording | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'returnpath-differential-'));
  try {
    await writeFile(join(folder, 'run.sh'), await script(folder, scenario));
    await runInNamespace(join(folder, 'run.sh'));
    return (await keptStill(folder)) ? await collect(folder, scenario) : undefined;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function script(folder: string, { steps, queries }: Scenario): Promise<string> {
  const lines = [`cd ${folder}`];
  for (const [at, group] of groupsOf(steps).entries()) {
    const [first] = group;
    if (first?.by === 'sysctl') {
      lines.push(...group.map(({ text }) => settingLine(text)));
      continue;
    }
    const file = `steps-${at}`;
    await writeFile(join(folder, file), group.map(({ text }) => `${text}\n`).join(''));
    lines.push(`ip ${familyFlag(first?.by)} -force -batch ${file} >/dev/null 2>&1`);
  }
  lines.push(...SETTLE);
  lines.push(`${MAY_MOVE} >before`);
  for (const part of PART_NAMES) lines.push(`( ${STATE_COMMANDS[part]} ) >${part}.out 2>/dev/null`);
  for (const family of ['ipv4', 'ipv6'] as const) {
    const text = queries[family].map((query) => `${commandOf(query)}\n`).join('');
    await writeFile(join(folder, `ask-${family}`), text);
    const files = `ask-${family} >answers-${family}.out 2>errors-${family}.out`;
    lines.push(`ip ${familyFlag(family)} -j -N -force -batch ${files}`);
  }
  lines.push(`${MAY_MOVE} >after`);
  return `${lines.join('\n')}\nexit 0\n`;
}

function settingLine(text: string): string {
  const [path = '', value = ''] = text.split(' ');
  return `echo ${value} 2>/dev/null >/proc/sys/net/${path}`;
}

function familyFlag(by: string | undefined): string {
  if (by === 'both') return '';
  return by === 'ipv6' ? '-6' : '-4';
}

/** Runs of steps that one process can read. */
function groupsOf(steps: readonly Step[]): Step[][] {
  const groups: Step[][] = [];
  for (const step of steps) {
    const last = groups.at(-1);
    if (last?.[0]?.by === step.by) last.push(step);
    else groups.push([step]);
  }
  return groups;
}

async function runInNamespace(path: string): Promise<void> {
  const user = process.getuid?.() === 0 ? [] : ['-Ur'];
  const child = spawn('unshare', [...user, '-n', '--kill-child', 'sh', path], { stdio: 'ignore' });
  const timer = setTimeout(() => child.kill('SIGKILL'), TIMEOUT_MS);
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      clearTimeout(timer);
      if (code === 0) resolve();
      else reject(new Error(`Cannot run a namespace: unshare ended with ${signal ?? code}`));
    });
  });
}

async function keptStill(folder: string): Promise<boolean> {
  const [before, after] = await Promise.all(
    ['before', 'after'].map((name) => readFile(join(folder, name), 'utf8')),
  );
  return before === after;
}

async function collect(folder: string, scenario: Scenario): Promise<Recording> {
  const read = (name: string) => readFile(join(folder, name), 'utf8');
  const parts = await Promise.all(
    PART_NAMES.map(async (part) => [part, await read(`${part}.out`)] as const),
  );
  const answers = async (family: string) => ({
    output: await read(`answers-${family}.out`),
    errors: await read(`errors-${family}.out`),
  });
  return {
    scenario,
    state: Object.fromEntries(parts) as Record<Part, string>,
    answers: { ipv4: await answers('ipv4'), ipv6: await answers('ipv6') },
  };
}
