import { parseArgs } from 'node:util';

export interface Options {
  readonly comparisons: number;
  readonly seed: number;
  readonly queriesPerSeed: number;
  /** This seed alone. */
  readonly only?: number | undefined;
  /** Seed bugs instead, and see that each is noticed. */
  readonly mutants: boolean;
}

export const USAGE = `usage: npm run test:differential -- [options]
  --comparisons N  how many answers to compare (default 2000000)
  --release        50000000 of them
  --seed S         first seed (default 1)
  --queries Q      questions a namespace is asked (default 20000)
  --only S         one seed, its first mismatch shrunk to few commands
  --mutants        seed bugs into the engine and see that each is noticed`;

/** `undefined` for arguments that make no sense. */
export function optionsOf(argv: readonly string[]): Options | undefined {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      comparisons: { type: 'string', default: '2000000' },
      release: { type: 'boolean', default: false },
      seed: { type: 'string', default: '1' },
      queries: { type: 'string', default: '20000' },
      only: { type: 'string' },
      mutants: { type: 'boolean', default: false },
    },
  });
  const comparisons = values.release ? 50_000_000 : Number(values.comparisons);
  const numbers = [comparisons, Number(values.seed), Number(values.queries)];
  if (numbers.some((number) => !Number.isSafeInteger(number) || number < 1)) return undefined;
  return {
    comparisons,
    seed: Number(values.seed),
    queriesPerSeed: Number(values.queries),
    only: values.only === undefined ? undefined : Number(values.only),
    mutants: values.mutants,
  };
}
