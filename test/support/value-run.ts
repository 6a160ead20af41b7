import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Applying } from '../../src/apply/applying.ts';
import type { Plan, Step } from '../../src/model/plan.ts';
import type { JournalEntry } from '../../src/model/run.ts';
import { systemClock } from '../../src/platform/clock.ts';
import type { Journal } from '../../src/ports/run-store.ts';
import { localReach } from './local-reach.ts';

/** A file with one word, which steps of a run change from `old` to `new`. */
export interface Value {
  readonly file: string;
  get(): string;
  set(word: string): void;
}

export function valueIn(folder: string, name: string): Value {
  const file = join(folder, name);
  return {
    file,
    get: () => readFileSync(file, 'utf8').trim(),
    set: (word) => writeFileSync(file, `${word}\n`),
  };
}

/** A step that makes a value new, by a shell of a far host. */
export function stepOf(id: string, { file }: Value, more: Partial<Step> = {}): Step {
  const change = {
    kind: 'shell',
    reads: `cat ${file}`,
    does: `echo new >${file}`,
    undoes: `echo old >${file}`,
    ...{ from: 'old', to: 'new', serves: [] },
  };
  const step = { id, when: 'now', hostName: 'far', vantage: 'ssh://far', change, checks: [] };
  return { ...step, ...more } as unknown as Step;
}

/** A run of those steps that has not begun, on this machine. */
export function runOf(steps: readonly Step[], more: Partial<Applying> = {}): Applying {
  const entries: JournalEntry[] = [{ is: 'planned', at: 0, plan: { steps } as unknown as Plan }];
  const journal: Journal = {
    id: 'run',
    entries,
    append: (entry) => Promise.resolve(void entries.push(entry)),
    close: () => Promise.resolve(),
  };
  const signal = AbortSignal.timeout(30_000);
  const tell = () => undefined;
  return { journal, reach: localReach(), clock: systemClock, signal, tell, ...more };
}
