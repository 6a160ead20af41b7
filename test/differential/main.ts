import { isMainThread } from 'node:worker_threads';
import { runCampaign } from './campaign.ts';
import { compare, type Mismatch } from './compare.ts';
import { generate } from './generate.ts';
import { record } from './namespace.ts';
import { type Options, optionsOf, USAGE } from './options.ts';
import { scriptOf, shrink } from './shrink.ts';
import { tallyText } from './tally.ts';
import { serveJobs } from './worker.ts';

if (isMainThread) await main();
else serveJobs();

async function main(): Promise<void> {
  const options = optionsOf(process.argv.slice(2));
  if (!options) {
    console.error(USAGE);
    process.exitCode = 2;
    return;
  }
  const clean = options.only === undefined ? await campaign(options) : await single(options);
  process.exitCode = clean ? 0 : 1;
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
  console.log(tallyText(result.tally));
  for (const failure of result.failures) console.log(failure);
  const [first] = result.mismatches;
  if (first) await report(first, options);
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  console.log(
    `${result.comparisons} comparisons in ${result.seeds} namespaces, ${result.mismatches.length} mismatches, ${seconds} s`,
  );
  return result.mismatches.length === 0 && result.failures.length === 0;
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
