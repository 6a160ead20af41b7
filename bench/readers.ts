// Reads 100,000 routes as `ip -j -4 route show table all` prints them, beside plain JSON.parse of
// the same text in the same run. Bound: 150 ms.
import { readIpRoutes } from '../src/readers/ip-route.ts';
import { median, randomPrefixes, timeMs } from './support/figures.ts';

const ROUTES = 100_000;
const RUNS = 9;
const BOUND_MS = 150;

const json = routesAsJson(ROUTES);
const text = routesAsText(ROUTES);

const parse: number[] = [];
const read: number[] = [];
const readText: number[] = [];
for (let run = 0; run < RUNS; run++) {
  parse.push(timeMs(() => JSON.parse(json)));
  read.push(timeMs(() => expectAll(readIpRoutes(json, { family: 'ipv4' }))));
}
for (let run = 0; run < RUNS; run++) {
  readText.push(timeMs(() => expectAll(readIpRoutes(text, { family: 'ipv4' }))));
}

const rows = [
  ['JSON.parse alone', parse, json.length],
  ['ip -j route', read, json.length],
  ['ip route (text)', readText, text.length],
] as const;
console.log(`${ROUTES} routes, median and best of ${RUNS}, first run included`);
for (const [what, times, bytes] of rows) {
  const figures = [median(times), Math.min(...times)].map(
    (ms) => `${ms.toFixed(1).padStart(7)} ms`,
  );
  console.log(`${what.padEnd(18)} ${figures.join(' ')}  ${(bytes / 1e6).toFixed(1)} MB`);
}
const passed = median(read) <= BOUND_MS;
console.log(`${passed ? 'ok' : 'MISSED'}: at most ${BOUND_MS} ms for JSON`);
process.exitCode = passed ? 0 : 1;

function expectAll({ value, problems }: { value: unknown[]; problems: readonly unknown[] }): void {
  if (value.length !== ROUTES || problems.length > 0) throw new Error('a route was lost');
}

function routesAsJson(count: number): string {
  const routes = randomPrefixes(count).map((dst, at) => ({
    dst: dst.replace(/\/32$/, ''),
    gateway: `192.168.${at % 4}.${(at % 250) + 1}`,
    dev: `eth${at % 4}`,
    ...(at % 3 === 0 ? { table: '100' } : {}),
    ...(at % 2 === 0 ? { protocol: 'bgp' } : {}),
    ...(at % 5 === 0 ? { metric: 20 } : {}),
    flags: [],
  }));
  return JSON.stringify(routes);
}

function routesAsText(count: number): string {
  return randomPrefixes(count)
    .map((dst, at) => {
      const table = at % 3 === 0 ? ' table 100' : '';
      const protocol = at % 2 === 0 ? ' proto bgp' : '';
      const metric = at % 5 === 0 ? ' metric 20' : '';
      return `${dst} via 192.168.${at % 4}.1 dev eth${at % 4}${table}${protocol}${metric} \n`;
    })
    .join('');
}
