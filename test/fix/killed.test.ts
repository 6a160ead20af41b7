import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Lab } from '../../src/lab/start.ts';
import type { Plan } from '../../src/model/plan.ts';
import { systemClock } from '../../src/platform/clock.ts';
import type { Clock } from '../../src/ports/clock.ts';
import { applyPlan, resumeRun, undoRunById } from '../../src/session/fix-session.ts';
import { bundled } from '../support/bundle.ts';
import type { CrashOrder } from '../support/crashing-fix.ts';
import { nasState, planInLab, quietly, runSurroundings } from '../support/fixing.ts';
import { startTestLab } from '../support/lab.ts';
import { describeWith } from '../support/needs.ts';

/** What tells in a dump that a step is in force. */
const MARKS: Readonly<Record<string, RegExp>> = {
  'pin-lan-10-0-0-0-24': /2500:\tfrom all to 10\.0\.0\.0\/24 lookup main proto 201/,
  'pin-lan-fd00-10-64': /2500:\tfrom all to fd00:10::\/64 lookup main proto 201/,
  'tailscale-stop-accepting-routes': /"RouteAll": false/,
};

interface Ended {
  readonly runId: string;
  readonly passed: readonly string[];
}

describeWith(['namespaces', 'ip', 'nft', 'curl'], 'a run that is killed', () => {
  let lab: Lab;
  let temp: string;
  let program: string;
  let planFile: string;
  let plan: Plan;
  let before: string;
  let after: string;
  let folders = 0;

  const newFolder = () => join(temp, `runs-${folders++}`);
  const surroundings = (folder: string) => runSurroundings(folder);

  beforeAll(async () => {
    temp = mkdtempSync('/tmp/rp-killed-');
    program = await bundled('test/support/crashing-fix.ts', join(temp, 'crashing-fix.mjs'));
    lab = await startTestLab();
    await lab.break('accept-routes');
    const pin = (await planInLab(lab, 'pin-lan')).plan;
    const off = (await planInLab(lab)).plan;
    const now = [...pin.steps, ...off.steps].filter(({ when }) => when === 'now');
    // three steps of two kinds; the look before a run is no part of it
    plan = { ...off, steps: now, madeFor: [] };
    planFile = join(temp, 'plan.json');
    writeFileSync(planFile, JSON.stringify(plan));
    before = await nasState(lab);
    const whole = await applyPlan(plan, ['now'], surroundings(newFolder()), quietly());
    expect(whole.outcome).toBe('applied');
    after = await nasState(lab);
    await setBefore();
  }, 60_000);
  afterAll(async () => {
    await lab?.stop();
    rmSync(temp, { recursive: true, force: true });
  });

  /** Back to the broken lab, whatever the last test left. */
  async function setBefore(): Promise<void> {
    const clean =
      'ip -4 rule del to 10.0.0.0/24 lookup main priority 2500 protocol 201; ip -6 rule del to fd00:10::/64 lookup main priority 2500 protocol 201; :';
    await lab.exec('nas', ['sh', '-c', clean]);
    await lab.mend('accept-routes');
    await lab.break('accept-routes');
    expect(await nasState(lab)).toBe(before);
  }

  /** @returns What it printed, if it came to its end. */
  function child(order: CrashOrder): Ended | undefined {
    const { stdout, signal, stderr } = spawnSync(
      process.execPath,
      [program, JSON.stringify(order)],
      { encoding: 'utf8', timeout: 60_000 },
    );
    if (signal === 'SIGKILL') return undefined;
    if (stdout === '') throw new Error(`Cannot run the program: ${stderr}`);
    return JSON.parse(stdout) as Ended;
  }

  async function onlyRun(folder: string): Promise<string | undefined> {
    const [run] = await surroundings(folder).store.list();
    return run && run.entries.length > 0 ? run.id : undefined;
  }

  /** Nothing is in force on the host without its undo on the disk. */
  async function undoIsOnDisk(folder: string): Promise<void> {
    const dump = await nasState(lab);
    const [run] = await surroundings(folder).store.list();
    const begun = (run?.entries ?? []).flatMap((entry) => (entry.is === 'begin' ? entry.step : []));
    for (const [step, mark] of Object.entries(MARKS)) {
      if (mark.test(dump)) expect(begun).toContain(step);
    }
  }

  /** Only a script that was on its way when it was killed has to be heard out in real time. */
  const hurried = (name: string): Clock => ({
    now: systemClock.now,
    wait: (ms, signal) => systemClock.wait(name === 'in a script' ? ms : Math.min(ms, 50), signal),
  });

  async function finish(folder: string, how: 'resume' | 'undo', name: string): Promise<void> {
    const id = await onlyRun(folder);
    if (id === undefined) return expect(await nasState(lab)).toBe(before);
    const act = how === 'resume' ? resumed : undoRunById;
    const where = { ...surroundings(folder), clock: hurried(name) };
    const { outcome, why } = await act(id, where, quietly());
    expect(outcome, why).toBe(how === 'resume' ? 'applied' : 'undone');
    expect(await nasState(lab)).toBe(how === 'resume' ? after : before);
  }

  const resumed = (
    id: string,
    where: ReturnType<typeof runSurroundings>,
    options: ReturnType<typeof quietly>,
  ) => resumeRun(id, ['now'], where, options);

  test.each(['resume', 'undo'] as const)(
    'while it applies, at any position, ends by %s in exactly one of the two states',
    { timeout: 600_000 },
    async (how) => {
      const whole = child({ folder: newFolder(), do: 'apply', what: planFile });
      const positions = whole?.passed ?? [];
      expect(positions.length).toBeGreaterThan(40);
      await setBefore();
      for (const [crashAt, name] of positions.entries()) {
        const folder = newFolder();
        expect(child({ folder, do: 'apply', what: planFile, crashAt }), name).toBeUndefined();
        await undoIsOnDisk(folder);
        await finish(folder, how, name);
        if ((await nasState(lab)) !== before) await setBefore();
      }
      process.stdout.write(`killed at ${positions.length} positions of apply, then ${how}\n`);
    },
  );

  test('while it is taken back, at any position, ends by undo as it was', {
    timeout: 600_000,
  }, async () => {
    const applied = async (folder: string) =>
      (await applyPlan(plan, ['now'], surroundings(folder), quietly())).runId;
    const first = newFolder();
    const positions =
      child({ folder: first, do: 'undo', what: await applied(first) })?.passed ?? [];
    expect(await nasState(lab)).toBe(before);
    expect(positions.length).toBeGreaterThan(20);
    for (const [crashAt, name] of positions.entries()) {
      const folder = newFolder();
      const what = await applied(folder);
      expect(child({ folder, do: 'undo', what, crashAt }), name).toBeUndefined();
      await undoIsOnDisk(folder);
      await finish(folder, 'undo', name);
    }
    process.stdout.write(`killed at ${positions.length} positions of undo, then undo\n`);
  });
});
