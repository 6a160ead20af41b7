import { isMainThread } from 'node:worker_threads';
import { runCampaign } from './campaign.ts';
import { compare, type Mismatch } from './compare.ts';
import { generate } from './generate.ts';
import { trySockets } from './live-sockets.ts';
import { seedBugs } from './mutate.ts';
import { record } from './namespace.ts';
import { type Options, optionsOf, USAGE } from './options.ts';
import { scriptOf, shrink } from './shrink.ts';
import { mergeTally, type Tally, tallyText } from './tally.ts';
import { serveJobs } from './worker.ts';

const SOCKET_SEEDS = 10;

if (isMainThread) await main();
else serveJobs();

async function main(): Promise<void> {
  const options = optionsOf(process.argv.slice(2));
  if (!options) {
    console.error(USAGE);
    process.exitCode = 2;
    return;
  }
  process.exitCode = (await run(options)) ? 0 : 1;
}

function run(options: Options): Promise<boolean> {
  if (options.mutants) return mutants(options);
  return options.only === undefined ? campaign(options) : single(options);
}

/** True when every seeded bug was noticed by the comparisons that a campaign makes. */
async function mutants({ seed, comparisons, queriesPerSeed }: Options): Promise<boolean> {
  const length = Math.ceil(comparisons / queriesPerSeed);
  const seeds = Array.from({ length }, (_, at) => seed + at);
  const verdicts = await seedBugs(process.cwd(), { seeds, queries: queriesPerSeed });
  for (const { mutant, caughtBy, comparisons } of verdicts) {
    const verdict = caughtBy === undefined ? 'NOT NOTICED' : `noticed by seed ${caughtBy}`;
    console.log(`${verdict} after ${comparisons} comparisons: ${mutant.what} (${mutant.file})`);
  }
  const missed = verdicts.filter(({ caughtBy }) => caughtBy === undefined).length;
  console.log(`${verdicts.length} bugs seeded, ${missed} not noticed`);
  return missed === 0;
}

/** Compares until the number is reached; true when engine and kernel agreed on everything. */
async function campaign(options: Options): Promise<boolean> {
  const started = Date.now();
  const result = await runCampaign({
    comparisons: options.comparisons,
    firstSeed: options.seed,
    queriesPerSeed: options.queriesPerSeed,
    program: process.argv[1] ?? '',
    onSeed: ({ seed, mismatches }) => {
      if (mismatches.length > 0) console.log(`seed ${seed}: ${mismatches.length} mismatches`);
    },
  });
  const sockets = await live(options, result.tally);
  console.log(tallyText(result.tally));
  for (const failure of result.failures) console.log(failure);
  const [first] = result.mismatches;
  if (first) await report(first, options);
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  console.log(
    `${result.comparisons} comparisons in ${result.seeds} namespaces, ${result.mismatches.length} mismatches, ${seconds} s`,
  );
  return result.mismatches.length === 0 && result.failures.length === 0 && sockets;
}

/** Real sockets; true when each sent its first packet as the engine says. */
async function live({ seed }: Options, tally: Tally): Promise<boolean> {
  const seeds = Array.from({ length: SOCKET_SEEDS }, (_, at) => seed + at);
  const result = await trySockets(process.cwd(), seeds);
  mergeTally(tally, result.tally);
  for (const mismatch of result.mismatches) console.log(JSON.stringify(mismatch));
  console.log(`${result.sockets} live sockets, ${result.mismatches.length} mismatches`);
  return result.mismatches.length === 0;
}

/** One seed again, with its first disagreement shrunk. */
async function single({ only = 0, ...options }: Options): Promise<boolean> {
  const { count, mismatches } = compare(await record(generate(only, options.queriesPerSeed)));
  console.log(`seed ${only}: ${count} comparisons, ${mismatches.length} mismatches`);
  const [first] = mismatches;
  if (first) await report(first, options);
  return mismatches.length === 0;
}

async function report(mismatch: Mismatch, { queriesPerSeed }: Pick<Options, 'queriesPerSeed'>) {
  console.log(JSON.stringify(mismatch, undefined, 2));
  const scenario = generate(mismatch.seed, queriesPerSeed);
  console.log(`seed ${mismatch.seed} shrinks to\n${scriptOf(await shrink(scenario, mismatch))}`);
}
