import { isDeepStrictEqual } from 'node:util';
import type { Family } from '../../src/model/network.ts';
import { compare } from './compare.ts';
import type { KernelSaid } from './kernel-answers.ts';
import { record } from './namespace.ts';
import { commandOf, type Query, type Scenario, type Step } from './scenario.ts';

/** What it takes at least to make engine and kernel disagree on one question. */
export interface Shrunk {
  readonly steps: readonly Step[];
  readonly family: Family;
  readonly query: Query;
}

/**
 * Leaves out commands, larger parts first, as long as the engine disagrees with this very answer
 * of the kernel (delta debugging).
 */
export async function shrink(
  scenario: Scenario,
  { family, query, kernel }: { family: Family; query: Query; kernel: KernelSaid },
): Promise<Shrunk> {
  const none = { ipv4: [], ipv6: [] };
  const fails = async (steps: readonly Step[], asked: Query) => {
    const queries = { ...none, [family]: [asked] };
    const recording = await record({ seed: scenario.seed, steps, queries });
    const [mismatch] = compare(recording).mismatches;
    return mismatch !== undefined && isDeepStrictEqual(mismatch.kernel, kernel);
  };
  let steps = scenario.steps;
  if (!(await fails(steps, query))) return { steps, family, query };
  for (let size = Math.ceil(steps.length / 2); size >= 1; size = Math.floor(size / 2)) {
    for (let at = 0; at < steps.length; ) {
      const without = steps.filter((_, index) => index < at || index >= at + size);
      if (await fails(without, query)) steps = without;
      else at += size;
    }
  }
  return { steps, family, query: await plainer(query, (asked) => fails(steps, asked)) };
}

/** Leaves out what of the question does not matter. */
async function plainer(query: Query, fails: (query: Query) => Promise<boolean>): Promise<Query> {
  let plain = query;
  for (const key of Object.keys(query) as (keyof Query)[]) {
    if (key === 'destination') continue;
    const { [key]: _, ...rest } = plain;
    if (await fails(rest as Query)) plain = rest as Query;
  }
  return plain;
}

/** As a shell script that makes the disagreement again. */
export function scriptOf({ steps, family, query }: Shrunk): string {
  const lines = steps.map(({ by, text }) => {
    if (by === 'sysctl') {
      const [path, value] = text.split(' ');
      return `echo ${value} >/proc/sys/net/${path}`;
    }
    return `ip ${by === 'both' ? '' : by === 'ipv6' ? '-6 ' : '-4 '}${text}`;
  });
  return [...lines, `ip ${family === 'ipv6' ? '-6' : '-4'} ${commandOf(query)}`].join('\n');
}
