// A fleet: 5,000 hosts with rules and tables of their own, 50 storage endpoints behind one router,
// every pair there and back. Every planted fault must be found and nothing else.
// Bounds: 5 s, from states as they were read to the last finding, and 1 GiB of memory.
import { performance } from 'node:perf_hooks';
import { audit } from '../src/routing/audit.ts';
import { worldFrom } from '../src/routing/world.ts';
import { buildFleet, flowsOf } from './support/fleet.ts';

const HOSTS = 5_000;
const ENDPOINTS = 50;
const BOUND_S = 5;
const BOUND_BYTES = 2 ** 30;

const fleet = buildFleet(HOSTS, ENDPOINTS);
const start = performance.now();
const world = worldFrom(fleet.hosts);
const built = performance.now();
const { flows, traces, findings } = audit(world, flowsOf(fleet));
const end = performance.now();

const found = new Set(findings.map(({ from, flow }) => `${from} ${flow.destination}`));
const missed = [...fleet.planted.keys()].filter((pair) => !found.has(pair));
const wrong = [...found].filter((pair) => !fleet.planted.has(pair));
const other = findings.filter(
  ({ from, flow, trace }) => fleet.planted.get(`${from} ${flow.destination}`) !== trace.outcome,
);
const seconds = (end - start) / 1000;
const { rss } = process.memoryUsage();

console.log(`${HOSTS} hosts, ${ENDPOINTS} endpoints, ${flows} flows, ${traces} traces`);
console.log(`index of addresses  ${(built - start).toFixed(0)} ms`);
console.log(
  `all                 ${seconds.toFixed(2)} s, ${((end - start) * 1000) / traces} µs a trace`,
);
console.log(`memory              ${(rss / 2 ** 20).toFixed(0)} MiB`);
console.log(
  `faults              ${fleet.planted.size} planted, ${missed.length} missed, ${wrong.length} invented, ${other.length} with another outcome`,
);
const passed =
  seconds <= BOUND_S && rss <= BOUND_BYTES && missed.length + wrong.length + other.length === 0;
console.log(`${passed ? 'ok' : 'MISSED'}: at most ${BOUND_S} s and 1 GiB, every fault found`);
process.exitCode = passed ? 0 : 1;
