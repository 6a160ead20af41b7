import * as z from 'zod';
import { type Fact, missing, seen } from '../../model/fact.ts';
import { OutsideError } from '../../model/outside-error.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Truenas } from '../../ports/truenas.ts';
import { within } from '../deadline.ts';
import { harmless, quoted } from '../section.ts';

export interface ApiMeans {
  readonly api: Truenas;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** A list of a large NAS may take a second or two; who takes longer hangs. */
const ANSWER_MS = 8000;

/** The call as a person would type it in the shell of the NAS. */
export function typedCall(method: string, params: readonly unknown[]): string {
  return ['midclt call', method, ...params.map((one) => quoted(JSON.stringify(one)))].join(' ');
}

/**
 * One answer of the API as a fact, or the reason there is none. Never rejects. Only what `schema`
 * names is kept.
 */
export async function askApi<T>(
  { api, clock, signal }: ApiMeans,
  ask: {
    readonly method: string;
    readonly params?: readonly unknown[];
    readonly schema: z.ZodType<T>;
  },
): Promise<Fact<T>> {
  const { method, params = [], schema } = ask;
  const typed = typedCall(method, params);
  try {
    const answer = await within(ANSWER_MS, { clock, signal }, (both) =>
      api.call(method, params, both),
    );
    const parsed = schema.safeParse(answer);
    if (parsed.success) return seen(parsed.data, typed, clock.now());
    const [issue] = parsed.error.issues;
    return missing(`${typed}: unexpected answer at ${issue?.path.join('.') || 'its top'}`);
  } catch (error) {
    if (error instanceof OutsideError) return missing(`${typed}: ${error.found}`, error.next);
    if (signal.aborted) return missing(`${typed}: no answer before we stopped waiting`);
    return missing(`${typed}: ${error instanceof Error ? error.message : 'failed'}`);
  }
}

// Bounds are far above what a NAS has; they only keep nonsense out of snapshots.
export const Text = z
  .string()
  .transform((text) => harmless(text).replace(/\s+/g, ' ').trim().slice(0, 300));
export const Texts = z.array(Text).max(20_000);
