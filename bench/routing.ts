// How fast the engine decides, beside the kernel asked through one `ip -batch` process and the best
// longest-prefix match of npm, all in one run. Rates are for one core; goals that are missed are
// said to be, and make the run fail.
import { writeFileSync } from 'node:fs';
import { compileKernel } from '../src/routing/kernel.ts';
import type { Kernel4 } from '../src/routing/kernel4.ts';
import { timeBulk, timeRanges } from './routing/bulk.ts';
import { busyIn, destinationsIn, timeDecisions } from './routing/decisions.ts';
import { hostWith, type Prefixes, prefixesOf, routesOf } from './routing/generate.ts';
import { measured, mebibytes, milliseconds, perSecond } from './routing/measure.ts';
import { timeKernel, timeNpmPeer } from './routing/peers.ts';
import { growthPlot } from './routing/plot.ts';

const USUAL = 5000;
const MILLION = 1_000_000;
const SIZES = [1000, USUAL, 10_000, 100_000, MILLION];
const DECISIONS = 1_000_000;
const LOOKUPS = 8_000_000;
const PEER_LOOKUPS = 200_000;
const KERNEL_QUESTIONS = 200_000;
const PLOT = 'bench/routing-growth.svg';

interface Row {
  readonly size: number;
  readonly decisions: number;
  readonly ranges: number;
  readonly bulk: number;
  readonly local: number;
  readonly buildMs: number;
}

const goals: string[] = [];
const rows = SIZES.map(measureSize);
const usual = rows[SIZES.indexOf(USUAL)] as Row;
const million = rows[SIZES.indexOf(MILLION)] as Row;

comparePeers();
console.log(`growth is drawn in ${PLOT}`);
writeFileSync(PLOT, plot());
goal('full decisions, 50 rules and 5,000 routes', usual.decisions / 1e6, 2, 'M/s');
goal('full decisions, 50 rules and a million routes', million.decisions / 1e6, 1, 'M/s');
goal('bulk lookups anywhere, a million routes', million.bulk / 1e6, 100, 'M/s');
goal('bulk lookups among 4,096 busy /24s, a million routes', million.local / 1e6, 100, 'M/s');
goal('build of a million routes', million.buildMs, 150, 'ms', 'at most');
console.log(goals.join('\n'));
process.exitCode = goals.some((line) => line.startsWith('MISSED')) ? 1 : 0;

function measureSize(size: number): Row {
  const prefixes = prefixesOf(size, 1);
  const compiled = compile(prefixes);
  const decide = timeDecisions(compiled.kernel, destinationsIn(prefixes, DECISIONS, 7));
  const addresses = destinationsIn(prefixes, LOOKUPS, 9);
  const bulk = timeBulk(prefixes, addresses);
  const local = timeBulk(prefixes, busyIn(addresses, LOOKUPS));
  const ranges = timeRanges(compiled.ranges, addresses.subarray(0, DECISIONS));
  const row = {
    size,
    decisions: DECISIONS / decide.cpu,
    ranges: DECISIONS / ranges.cpu,
    bulk: LOOKUPS / bulk.lookup.cpu,
    local: LOOKUPS / local.lookup.cpu,
    buildMs: bulk.build.cpu * 1000,
  };
  console.log(`${size.toLocaleString('en')} routes, 50 rules
  full decisions      ${perSecond(row.decisions)} (${perSecond(DECISIONS / decide.wall)} on the wall)
  compiled from model ${milliseconds(compiled.seconds)}, ${mebibytes(compiled.bytes)}
  ranges, one by one  ${perSecond(row.ranges)}
  bulk index          ${perSecond(row.bulk)}, built with its ranges in ${milliseconds(bulk.build)}, ${mebibytes(bulk.bytes)}
  among 4,096 /24s    ${perSecond(row.local)}
  answers checked     against the slow twin, checksum ${bulk.checksum}`);
  return row;
}

/** The engine's own form of a host with these routes; memory without the model itself. */
function compile(prefixes: Prefixes) {
  const state = hostWith(routesOf(prefixes));
  const { value, seconds, bytes } = measured(() => {
    const kernel = compileKernel(state).ipv4;
    for (const { action } of state.rules.ipv4) {
      if (action.kind === 'lookup') kernel.table(action.table);
    }
    return kernel;
  });
  return { kernel: value, ranges: mainRanges(value), seconds, bytes };
}

function mainRanges(kernel: Kernel4) {
  const main = kernel.table(254);
  if (!main) throw new Error('Cannot measure: the main table is empty');
  return main.ranges;
}

function comparePeers(): void {
  const prefixes = prefixesOf(USUAL, 1);
  const state = hostWith(routesOf(prefixes));
  const asked = destinationsIn(prefixes, KERNEL_QUESTIONS, 7);
  const kernel = timeKernel({ rules: state.rules.ipv4, routes: routesOf(prefixes) }, asked);
  if (kernel) {
    const rate = KERNEL_QUESTIONS / kernel.cpu;
    console.log(`one ip -batch process, same rules and routes: ${perSecond(rate)}`);
    goal('times ip -batch', usual.decisions / rate, 8, 'times');
  } else {
    console.log('one ip -batch process: not measured, no namespace can be made here');
  }
  const all = prefixesOf(MILLION, 1);
  const npm = timeNpmPeer(all, destinationsIn(all, PEER_LOOKUPS, 9));
  const rate = PEER_LOOKUPS / npm.lookup.cpu;
  console.log(
    `longest-prefix-match 1.3.1, a million routes: ${perSecond(rate)}, built in ${milliseconds(npm.build)}, ${mebibytes(npm.bytes)}`,
  );
  goal('bulk lookups, times the npm peer', million.bulk / rate, 100, 'times');
}

function goal(
  what: string,
  value: number,
  bound: number,
  unit: string,
  sense: 'at least' | 'at most' = 'at least',
): void {
  const met = sense === 'at least' ? value >= bound : value <= bound;
  goals.push(`${met ? 'ok' : 'MISSED'}: ${what} ${value.toFixed(1)} ${unit}, ${sense} ${bound}`);
}

function plot(): string {
  const series = (name: string, colour: string, value: (row: Row) => number) => ({
    name,
    colour,
    points: rows.map((row) => [row.size, value(row)] as const),
  });
  return growthPlot('Decisions and lookups a second, one core', [
    series('bulk lookups among 4,096 busy /24s', '#e67e22', ({ local }) => local),
    series('bulk lookups anywhere', '#c0392b', ({ bulk }) => bulk),
    series('single lookups (ranges)', '#2471a3', ({ ranges }) => ranges),
    series('full decisions, 50 rules', '#1e8449', ({ decisions }) => decisions),
  ]);
}
