import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';
import type { compare } from './compare.ts';
import { generate } from './generate.ts';
import { MUTANTS, type Mutant } from './mutants.ts';
import { type Recording, record } from './namespace.ts';

export interface Verdict {
  readonly mutant: Mutant;
  /** Seed of the first namespace that showed the bug; absent when none did. */
  readonly caughtBy?: number | undefined;
  /** Comparisons until then, or all that were made. */
  readonly comparisons: number;
}

/**
 * Seeds each bug into the engine, one at a time, and compares it with what the kernel said. The
 * kernel is asked once; the engine in the work tree stays as it is.
 *
 * @param root The work tree.
 * @throws {Error} When a bug's place is no longer found, or the engine without bugs disagrees.
 */
export async function seedBugs(
  root: string,
  {
    seeds,
    queries,
    mutants = MUTANTS,
  }: { seeds: readonly number[]; queries: number; mutants?: readonly Mutant[] },
): Promise<readonly Verdict[]> {
  const recordings: Recording[] = [];
  for (const seed of seeds) recordings.push(await record(generate(seed, queries)));
  const folder = mkdtempSync(join(tmpdir(), 'returnpath-mutants-'));
  try {
    const healthy = await engineWith(root, { folder, name: 'healthy', mutant: undefined });
    const { caughtBy } = judge(healthy, recordings);
    if (caughtBy !== undefined) {
      throw new Error(
        `Cannot seed bugs: the engine itself disagrees with the kernel, seed ${caughtBy}`,
      );
    }
    const verdicts: Verdict[] = [];
    for (const [at, mutant] of mutants.entries()) {
      const sick = await engineWith(root, { folder, name: `mutant-${at}`, mutant });
      verdicts.push({ mutant, ...judge(sick, recordings) });
    }
    return verdicts;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function judge(compareWith: typeof compare, recordings: readonly Recording[]) {
  let comparisons = 0;
  for (const recording of recordings) {
    try {
      const { count, mismatches } = compareWith(recording);
      comparisons += count;
      if (mismatches.length > 0) return { caughtBy: recording.scenario.seed, comparisons };
    } catch (error) {
      // a bug that makes the engine fall over is noticed as well
      if (!(error instanceof TypeError || error instanceof RangeError)) throw error;
      return { caughtBy: recording.scenario.seed, comparisons };
    }
  }
  return { comparisons };
}

/** The comparison, bundled over an engine with this bug. */
async function engineWith(
  root: string,
  { folder, name, mutant }: { folder: string; name: string; mutant: Mutant | undefined },
): Promise<typeof compare> {
  const outfile = join(folder, `${name}.mjs`);
  await build({
    absWorkingDir: root,
    entryPoints: ['test/differential/compare.ts'],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    logLevel: 'silent',
    plugins: mutant ? [seeding(root, mutant)] : [],
  });
  const module = (await import(pathToFileURL(outfile).href)) as { compare: typeof compare };
  return module.compare;
}

function seeding(root: string, { what, file, find, replace }: Mutant): Plugin {
  const path = resolve(root, 'src/routing', file);
  return {
    name: 'seed-bug',
    setup({ onLoad }) {
      onLoad({ filter: /\.ts$/ }, ({ path: loaded }) => {
        if (loaded !== path) return undefined;
        const source = readFileSync(path, 'utf8');
        const places = source.split(find).length - 1;
        if (places !== 1) {
          const text = `Cannot seed "${what}": found ${places} times in ${file}`;
          return { errors: [{ text }] };
        }
        return { contents: source.replace(find, () => replace), loader: 'ts' };
      });
    },
  };
}
