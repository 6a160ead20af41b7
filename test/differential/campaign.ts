import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Mismatch } from './compare.ts';
import { mergeTally, type Tally } from './tally.ts';
import type { Done, Job } from './worker.ts';

export interface Campaign {
  readonly comparisons: number;
  readonly firstSeed: number;
  readonly queriesPerSeed: number;
  /** Path of the bundle, which is started again as worker. */
  readonly program: string;
  readonly onSeed?: ((done: Done) => void) | undefined;
}

export interface CampaignResult {
  readonly comparisons: number;
  readonly seeds: number;
  readonly mismatches: readonly Mismatch[];
  readonly failures: readonly string[];
  readonly tally: Tally;
}

/**
 * Seeds side by side until enough was compared. One worker more than processors, because a worker
 * waits while its namespace is asked.
 */
export async function runCampaign(campaign: Campaign): Promise<CampaignResult> {
  const tally: Tally = new Map();
  const mismatches: Mismatch[] = [];
  const failures: string[] = [];
  let comparisons = 0;
  let seeds = 0;
  let next = campaign.firstSeed;
  const wanted = () => comparisons < campaign.comparisons && failures.length < 5;
  const take = (done: Done) => {
    seeds++;
    comparisons += done.count;
    mismatches.push(...done.mismatches);
    mergeTally(tally, done.tally);
    mergeTally(tally, [[`tries: ${done.localTable}`, done.count]]);
    if (done.failure !== undefined) failures.push(`seed ${done.seed}: ${done.failure}`);
    campaign.onSeed?.(done);
  };
  const work = async () => {
    const worker = new Worker(campaign.program);
    while (wanted()) take(await ask(worker, { seed: next++, queries: campaign.queriesPerSeed }));
    await worker.terminate();
  };
  await Promise.all(Array.from({ length: availableParallelism() + 1 }, work));
  return { comparisons, seeds, mismatches, failures, tally };
}

function ask(worker: Worker, job: Job): Promise<Done> {
  return new Promise((resolve, reject) => {
    worker.once('message', (done: Done) => {
      worker.off('error', reject);
      resolve(done);
    });
    worker.once('error', reject);
    worker.postMessage(job);
  });
}
