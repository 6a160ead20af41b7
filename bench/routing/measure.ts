import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/**
 * Seconds on the wall and on the processor. On a machine that others use too, the second is what a
 * core of one's own would give; it counts all threads, so the garbage collector's too.
 */
export interface Seconds {
  readonly wall: number;
  readonly cpu: number;
}

/** Medians of `runs` runs, after two to warm up, each with the garbage of the others collected. */
export function medianSeconds(runs: number, work: () => void): Seconds {
  work();
  work();
  const seconds = Array.from({ length: runs }, () => {
    collectGarbage();
    return timed(work).seconds;
  });
  const median = (values: number[]) => values.sort((a, b) => a - b)[runs >> 1] as number;
  return {
    wall: median(seconds.map(({ wall }) => wall)),
    cpu: median(seconds.map(({ cpu }) => cpu)),
  };
}

function timed<T>(work: () => T): { value: T; seconds: Seconds } {
  const cpuStart = process.cpuUsage();
  const start = performance.now();
  const value = work();
  const wall = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(cpuStart);
  return { value, seconds: { wall, cpu: (user + system) / 1e6 } };
}

/** One run, with what it left in memory, in bytes. */
export function measured<T>(work: () => T): { value: T; seconds: Seconds; bytes: number } {
  const before = memoryBytes();
  const { value, seconds } = timed(work);
  return { value, seconds, bytes: Math.max(0, memoryBytes() - before) };
}

function memoryBytes(): number {
  collectGarbage();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

export const perSecond = (rate: number): string =>
  rate >= 1e6 ? `${(rate / 1e6).toFixed(2)} M/s` : `${(rate / 1e3).toFixed(1)} k/s`;
export const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
export const milliseconds = ({ cpu, wall }: Seconds): string =>
  `${(cpu * 1000).toFixed(0)} ms (${(wall * 1000).toFixed(0)} on the wall)`;
