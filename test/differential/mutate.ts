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
 * Seeds each bug into the engine, one at a time, and compares it with what the kernel said, one
 * namespace after another until every bug was noticed. Each namespace is asked once, for all of
 * them; the engine in the work tree stays as it is.
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
  const folder = mkdtempSync(join(tmpdir(), 'returnpath-mutants-'));
  try {
    const healthy = await engineWith(root, { folder, name: 'healthy', mutant: undefined });
    const trials: Trial[] = [];
    for (const [at, mutant] of mutants.entries()) {
      const sick = await engineWith(root, { folder, name: `mutant-${at}`, mutant });
      trials.push({ mutant, sick, comparisons: 0 });
    }
    for (const seed of seeds) {
      const left = trials.filter(({ caughtBy }) => caughtBy === undefined);
      if (left.length === 0) break;
      const recording = await record(generate(seed, queries));
      if (notices(healthy, recording).isCaught) {
        throw new Error(
          `Cannot seed bugs: the engine itself disagrees with the kernel, seed ${seed}`,
        );
      }
      for (const trial of left) {
        const { isCaught, count } = notices(trial.sick, recording);
        trial.comparisons += count;
        if (isCaught) trial.caughtBy = seed;
      }
    }
    return trials.map(({ mutant, caughtBy, comparisons }) => ({ mutant, caughtBy, comparisons }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Trial {
  readonly mutant: Mutant;
  readonly sick: typeof compare;
  caughtBy?: number;
  comparisons: number;
}

/** Whether the comparison fails; a bug that makes the engine fall over is noticed as well. */
function notices(compareWith: typeof compare, recording: Recording) {
  try {
    const { count, mismatches } = compareWith(recording);
    return { isCaught: mismatches.length > 0, count };
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof RangeError)) throw error;
    return { isCaught: true, count: 0 };
  }
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
