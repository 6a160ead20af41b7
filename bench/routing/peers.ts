import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeIpv4 } from '../../src/model/address.ts';
import type { Route, Rule } from '../../src/model/network.ts';
import { ruleText } from '../../src/model/text.ts';
import { slowIndex } from '../../test/support/slow-lpm.ts';
import type { Prefixes } from './generate.ts';
import { measured, medianSeconds, type Seconds } from './measure.ts';

/**
 * The kernel, asked through one `ip -batch` process in a namespace with the same rules and routes.
 *
 * @returns Processor seconds of that process, kernel included, for all questions; `undefined` where
 *   no namespace can be made.
 */
export function timeKernel(
  { rules, routes }: { rules: readonly Rule[]; routes: readonly Route[] },
  destinations: Uint32Array,
): Seconds | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'returnpath-bench-'));
  try {
    const write = (name: string, lines: readonly string[]) =>
      writeFileSync(join(folder, name), `${lines.join('\n')}\n`);
    write(
      'rules',
      rules.filter(isAdded).map((rule) => `rule add ${ruleWords(rule)}`),
    );
    write('routes', routes.map(routeLine));
    write(
      'ask',
      Array.from(destinations, (one) => `route get ${writeIpv4(one)}`),
    );
    writeFileSync(join(folder, 'run.sh'), SCRIPT);
    const user = process.getuid?.() === 0 ? [] : ['-Ur'];
    const run = spawnSync('unshare', [...user, '-n', 'sh', 'run.sh'], { cwd: folder });
    if (run.status !== 0) return undefined;
    return processorSeconds(readFileSync(join(folder, 'times'), 'utf8'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** `times` prints the shell's own line, then that of its children: user and system. */
const SCRIPT = `set -e
ip link add v0 type veth peer name p0
ip link add v1 type veth peer name p1
for device in lo v0 v1 p0 p1; do ip link set $device up; done
ip addr add 192.168.0.1/24 dev v0
ip addr add 192.168.1.1/24 dev v1
ip -force -batch routes >/dev/null 2>&1 || true
ip -force -batch rules >/dev/null 2>&1 || true
for table in 100 101 102 103 52; do ip route add 100.64.0.0/10 dev v1 table $table; done
( start=$(date +%s%N); ip -force -batch ask >/dev/null 2>&1 || true; echo $(( $(date +%s%N) - start )); times ) >times
`;

const DEFAULTS: ReadonlySet<number> = new Set([0, 32766, 32767]);
const isAdded = ({ priority }: Rule) => !DEFAULTS.has(priority);

/** `100: from 10.0.0.0/8 lookup 5` as it is typed. */
function ruleWords(rule: Rule): string {
  const [priority, ...words] = ruleText(rule).split(':');
  return `${words.join(':').trim()} priority ${priority}`;
}

function routeLine({ prefix, nexthops }: Route): string {
  return `route add ${prefix} via ${nexthops[0]?.gateway} dev ${nexthops[0]?.dev}`;
}

function processorSeconds(text: string): Seconds {
  const [nanoseconds = '0', , children = ''] = text.trim().split('\n');
  const parts = [...children.matchAll(/(\d+)m([\d.]+)s/g)];
  const cpu = parts.reduce((sum, [, min, sec]) => sum + Number(min) * 60 + Number(sec), 0);
  return { wall: Number(nanoseconds) / 1e9, cpu };
}

interface Matcher {
  addPrefix(prefix: string, data: number): void;
  getMatch(prefix: string): readonly number[];
}

export interface NpmPeer {
  readonly build: Seconds;
  readonly bytes: number;
  readonly lookup: Seconds;
}

/** longest-prefix-match 1.3.1 of npm, the fastest one found; its answers are checked too. */
export function timeNpmPeer({ network, length }: Prefixes, addresses: Uint32Array): NpmPeer {
  const require = createRequire(import.meta.url);
  const LongestPrefixMatch = require('longest-prefix-match') as new () => Matcher;
  const texts = Array.from(network, (one, at) => `${writeIpv4(one)}/${length[at]}`);
  const asked = Array.from(addresses, (one) => `${writeIpv4(one)}/32`);
  const { value, seconds, bytes } = measured(() => {
    const matcher = new LongestPrefixMatch();
    for (const [at, text] of texts.entries()) matcher.addPrefix(text, at);
    return matcher;
  });
  const lookup = medianSeconds(3, () => {
    for (const text of asked) value.getMatch(text);
  });
  const slow = slowIndex({ network, length });
  for (let at = 0; at < 20_000; at++) {
    const [found = -1] = value.getMatch(asked[at] as string);
    if (found !== slow(addresses[at] as number))
      throw new Error(`The peer is wrong at ${asked[at]}`);
  }
  return { build: seconds, bytes, lookup };
}
