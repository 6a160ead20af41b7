import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Plan, Step } from '../../src/model/plan.ts';
import { runStoreIn } from '../../src/platform/runs/run-store.ts';
import { bundled } from './bundle.ts';
import type { CrashOrder } from './crashing-fix.ts';
import { type Killable, killable } from './killable.ts';

/** Where runs are killed, and how what they left is looked at. */
export interface Scene {
  readonly plan: Plan;
  readonly when: readonly Step['when'][];
  /** All that the plan can touch, as text. */
  state(): Promise<string>;
  /** Ids of the steps that are in force. */
  inForce(): Promise<readonly string[]>;
  /** Called before each run. */
  beforeRun?(run: number): Promise<void>;
  /** How long a state may take to come about after a run has ended. */
  readonly comesWithinMs: number;
  readonly truenas?: CrashOrder['truenas'];
  /** What to put before a program so that it runs where the plan can be carried out. */
  readonly enter?: readonly string[];
}

export interface Killing {
  /**
   * Kills while it applies, at each position, goes on to the end, kills while that is taken back,
   * and takes it back to the end. @returns How many times each.
   */
  thenResume(): Promise<{ readonly apply: number; readonly undo: number }>;
  /** Kills while it applies, at each position, and takes it back. @returns How many times. */
  thenUndo(): Promise<number>;
  close(): void;
}

/** Gets ready to kill runs of one plan. The scene must be in the state before it. */
export async function killing(scene: Scene): Promise<Killing> {
  const temp = mkdtempSync('/tmp/rp-killed-');
  const program = await bundled('test/support/crashing-fix.ts', join(temp, 'crashing-fix.mjs'));
  const planFile = join(temp, 'plan.json');
  writeFileSync(planFile, JSON.stringify(scene.plan));
  const processes = killable(program, scene.enter);
  let folders = 0;

  async function newRun(): Promise<KilledRun> {
    const folder = `${temp}/${folders++}`;
    await scene.beforeRun?.(folders);
    return new KilledRun(scene, { processes, planFile, folder });
  }

  /** One run in peace: the names of its positions, and what it makes of the host. */
  async function inPeace() {
    const run = await newRun();
    const before = await scene.state();
    const apply = await run.finish('apply');
    const after = await scene.state();
    const undo = await run.finish('undo');
    await run.isIn(before);
    expect(after).not.toBe(before);
    return { before, after, apply, undo };
  }

  return {
    async thenResume() {
      const { before, after, apply, undo } = await inPeace();
      let undone = 0;
      for (const [at, name] of apply.entries()) {
        const run = await newRun();
        await run.kill('apply', at, name);
        if (!(await run.hasBegun())) {
          await run.isIn(before, name);
          continue;
        }
        await run.finish('resume', name);
        await run.isIn(after, name);
        const undoAt = undone++ % undo.length;
        await run.kill('undo', undoAt, `${undo[undoAt]} of undo`);
        await run.finish('undo', name);
        await run.isIn(before, name);
      }
      expect(undone).toBeGreaterThanOrEqual(undo.length);
      return { apply: apply.length, undo: undo.length };
    },
    async thenUndo() {
      const { before, apply } = await inPeace();
      for (const [at, name] of apply.entries()) {
        const run = await newRun();
        await run.kill('apply', at, name);
        if (await run.hasBegun()) await run.finish('undo', name);
        await run.isIn(before, name);
      }
      return apply.length;
    },
    close() {
      processes.close();
      rmSync(temp, { recursive: true, force: true });
    },
  };
}

interface Means {
  readonly processes: Killable;
  readonly planFile: string;
  readonly folder: string;
}

class KilledRun {
  readonly #scene: Scene;
  readonly #means: Means;
  #id: string | undefined;

  constructor(scene: Scene, means: Means) {
    this.#scene = scene;
    this.#means = means;
  }

  /** @returns The positions it passed. */
  async finish(how: CrashOrder['do'], killedAt = 'nothing'): Promise<readonly string[]> {
    // what is taken back at once could be done by a script that is on its way still
    if (how === 'undo') await this.#means.processes.heardOut();
    const { outcome, why, passed, runId } = await this.#means.processes.finish(this.#order(how));
    this.#id = runId;
    const wanted = how === 'undo' ? 'undone' : 'applied';
    expect(outcome, `${how} after a kill ${killedAt}: ${why}`).toBe(wanted);
    return passed;
  }

  /** Nothing is in force on the host without its undo on the disk, whenever it is killed. */
  async kill(how: CrashOrder['do'], crashAt: number, name: string): Promise<void> {
    await this.#means.processes.kill({ ...this.#order(how), crashAt });
    const inForce = await this.#scene.inForce();
    const [run] = await runStoreIn(this.#means.folder).list();
    const begun = (run?.entries ?? []).flatMap((entry) => (entry.is === 'begin' ? entry.step : []));
    for (const step of inForce) expect(begun, `killed ${name}`).toContain(step);
  }

  /** Whether the run is on the disk with its plan. */
  async hasBegun(): Promise<boolean> {
    const [run] = await runStoreIn(this.#means.folder).list();
    this.#id = run?.id;
    return run !== undefined && run.entries.length > 0;
  }

  async isIn(state: string, killedAt = ''): Promise<void> {
    const { comesWithinMs } = this.#scene;
    await expect
      .poll(() => this.#scene.state(), { timeout: comesWithinMs, message: `killed ${killedAt}` })
      .toBe(state);
  }

  #order(how: CrashOrder['do']): CrashOrder {
    const { when, truenas } = this.#scene;
    const { folder, planFile } = this.#means;
    const what = how === 'apply' ? planFile : (this.#id ?? '');
    return { do: how, folder, when, what, ...(truenas ? { truenas } : {}) };
  }
}
