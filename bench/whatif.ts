// What-if over a million routes: which destinations decide differently after a change. Every range
// is found, and a sample is checked against asking both states. Bound: 1 s for each change, with
// both states compiled from nothing.
import { readIpv4, writeIpv4 } from '../src/model/address.ts';
import type { NetworkState, Nexthop, Route } from '../src/model/network.ts';
import { decideOutput } from '../src/routing/decide-output.ts';
import { compileKernel } from '../src/routing/kernel.ts';
import { type ChangedRange, whatIf } from '../src/routing/whatif.ts';
import { applyChange, type Change } from '../src/routing/whatif-change.ts';
import { sameDecision } from '../src/routing/whatif-identity.ts';
import { median, random, randomPrefixes, timeMs } from './support/figures.ts';

const ROUTES = 1_000_000;
const HOPS = new Map<string, Nexthop[]>();
const RUNS = 3;
const BOUND_MS = 1000;
const SAMPLE = 20_000;

// the kernel dumps a table in the order of its prefixes, and they come as text
const prefixes: string[] = JSON.parse(
  JSON.stringify(randomPrefixes(ROUTES).toSorted((a, b) => firstOf(a) - firstOf(b))),
);
const state = stateOf(prefixes);
const TEMPLATE = { family: 'ipv4', asker: 'tcp-connect' } as const;

const CHANGES: readonly (readonly [string, Change])[] = [
  ['route deleted', { kind: 'del-route', family: 'ipv4', wanted: { prefix: prefixes[77] ?? '' } }],
  ['route added', { kind: 'add-route', family: 'ipv4', route: route('44.0.0.0/7', 'eth1') }],
  [
    'rule for a /8',
    {
      kind: 'add-rule',
      family: 'ipv4',
      rule: { priority: 10, to: '45.0.0.0/8', action: { kind: 'prohibit' } },
    },
  ],
  [
    'rule for all',
    {
      kind: 'add-rule',
      family: 'ipv4',
      rule: { priority: 10, action: { kind: 'lookup', table: 100 } },
    },
  ],
  ['device down', { kind: 'device-down', device: 'eth3' }],
];

function firstOf(prefix: string): number {
  return readIpv4(prefix.slice(0, prefix.indexOf('/')));
}

let missed = false;
console.log(`${ROUTES} routes, median of ${RUNS}`);
for (const [what, change] of CHANGES) {
  const after = applyChange(state, change);
  let ranges: readonly ChangedRange[] = [];
  const times = Array.from({ length: RUNS }, () =>
    timeMs(() => {
      ranges = whatIf(state, after, TEMPLATE);
    }),
  );
  const wrong = checkSample(after, ranges);
  const ms = median(times);
  if (ms > BOUND_MS || wrong > 0) missed = true;
  const size = ranges.length.toLocaleString('en');
  console.log(
    `${what.padEnd(16)} ${ms.toFixed(0).padStart(6)} ms  ${size.padStart(9)} ranges  ${wrong} of ${SAMPLE} samples wrong`,
  );
}
const { rss } = process.memoryUsage();
console.log(`memory at the end ${(rss / 1e6).toFixed(0)} MB`);
console.log(`${missed ? 'MISSED' : 'ok'}: at most ${BOUND_MS} ms each, every sample right`);
process.exitCode = missed ? 1 : 0;

/** How many of some addresses are in a range although nothing changes for them, or the reverse. */
function checkSample(after: NetworkState, ranges: readonly ChangedRange[]): number {
  const starts = ranges.map(({ first }) => readIpv4(first));
  const ends = ranges.map(({ last }) => readIpv4(last));
  const kernels = [compileKernel(state), compileKernel(after)] as const;
  const next = random(7);
  let wrong = 0;
  for (let at = 0; at < SAMPLE; at++) {
    const base = at % 2 === 0 ? readIpv4((prefixes[at * 7] ?? '').replace(/\/.*/, '')) : 0;
    const address = at % 2 === 0 ? base : Math.floor(next() * 0xe0000000);
    const question = { ...TEMPLATE, destination: writeIpv4(address) };
    const [was, is] = kernels.map((kernel) => decideOutput(kernel, question));
    const changed = was && is && !sameDecision(was, is);
    const range = lastAtOrBelow(starts, address);
    const found = range >= 0 && (ends[range] ?? -1) >= address;
    if (changed !== found) wrong += 1;
  }
  return wrong;
}

function lastAtOrBelow(starts: readonly number[], address: number): number {
  let low = -1;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if ((starts[middle] ?? 0) <= address) low = middle;
    else high = middle - 1;
  }
  return low;
}

function route(prefix: string, dev: string, gateway?: string): Route {
  return {
    table: 254,
    type: 'unicast',
    prefix,
    tos: 0,
    metric: 0,
    scope: gateway === undefined ? 'link' : 'global',
    flags: [],
    nexthops: hopsOf(dev, gateway),
  };
}

/** Shared by the routes that take the same way, as the reader of `ip -j route` shares them. */
function hopsOf(dev: string, gateway: string | undefined): Nexthop[] {
  const key = `${dev} ${gateway}`;
  const known = HOPS.get(key);
  if (known) return known;
  const hop: Nexthop = { dev, weight: 1, flags: [] };
  if (gateway !== undefined) hop.gateway = gateway;
  HOPS.set(key, [hop]);
  return [hop];
}

/** Four uplinks with 250 gateways each; table 100 holds a hundred of the prefixes another way. */
function stateOf(all: readonly string[]): NetworkState {
  const devices = ['eth0', 'eth1', 'eth2', 'eth3'];
  const connected = devices.map((dev, at) => ({
    ...route(`192.168.${at}.0/24`, dev),
    prefSource: `192.168.${at}.254`,
  }));
  const local = devices.map((dev, at) => ({
    ...route(`192.168.${at}.254/32`, dev),
    table: 255,
    type: 'local' as const,
    scope: 'host',
  }));
  const learned = all.map((prefix, at) =>
    route(prefix, `eth${at % 4}`, `192.168.${at % 4}.${(at % 250) + 1}`),
  );
  const other = all
    .slice(0, 100)
    .map((prefix) => ({ ...route(prefix, 'eth0', '192.168.0.9'), table: 100 }));
  return {
    links: ['lo', ...devices].map((name, at) => ({
      index: at + 1,
      name,
      flags: name === 'lo' ? ['LOOPBACK', 'UP'] : ['UP'],
      mtuBytes: 1500,
    })),
    addresses: devices.map((dev, at) => ({
      dev,
      local: `192.168.${at}.254`,
      prefixLength: 24,
      scope: 'global',
      flags: [],
    })),
    rules: {
      ipv4: [255, 254, 253].map((table, at) => ({
        priority: at === 0 ? 0 : 32_765 + at,
        action: { kind: 'lookup' as const, table },
      })),
      ipv6: [],
    },
    routes: { ipv4: [...local, ...connected, ...learned, ...other], ipv6: [] },
    neighbours: [],
    sysctls: {},
    localTable: 'split',
  };
}
