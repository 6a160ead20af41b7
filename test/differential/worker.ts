import { parentPort } from 'node:worker_threads';
import { compare, type Mismatch } from './compare.ts';
import { generate } from './generate.ts';
import { record } from './namespace.ts';
import { type Tally, tallyInto, tallyState } from './tally.ts';

export interface Job {
  readonly seed: number;
  readonly queries: number;
}

export interface Done {
  readonly seed: number;
  readonly count: number;
  readonly mismatches: readonly Mismatch[];
  readonly tally: readonly (readonly [string, number])[];
  readonly localTable: string;
  /** Why the seed could not be compared at all. */
  readonly failure?: string | undefined;
}

/** One namespace from seed to verdict. */
export async function runSeed({ seed, queries }: Job): Promise<Done> {
  const tally: Tally = new Map();
  try {
    const recording = await record(generate(seed, queries));
    const { count, mismatches, state } = compare(recording, tallyInto(tally));
    tallyState(tally, state);
    return { seed, count, mismatches, tally: [...tally], localTable: state.localTable };
  } catch (error) {
    const failure = error instanceof Error ? error.message : String(error);
    return { seed, count: 0, mismatches: [], tally: [], localTable: 'unknown', failure };
  }
}

/** Answers jobs from the main thread, one at a time. */
export function serveJobs(): void {
  parentPort?.on('message', async (job: Job) => parentPort?.postMessage(await runSeed(job)));
}
