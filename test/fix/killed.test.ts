import { afterAll, expect, test } from 'vitest';
import type { Lab } from '../../src/lab/start.ts';
import { nasState, planInLab } from '../support/fixing.ts';
import { type Killing, killing } from '../support/kill-everywhere.ts';
import { startTestLab } from '../support/lab.ts';
import { describeWith } from '../support/needs.ts';

/** What tells in a dump that a step is in force. */
const MARKS: readonly (readonly [string, RegExp])[] = [
  ['pin-lan-10-0-0-0-24', /2500:\tfrom all to 10\.0\.0\.0\/24 lookup main proto 201/],
  ['pin-lan-fd00-10-64', /2500:\tfrom all to fd00:10::\/64 lookup main proto 201/],
  ['tailscale-stop-accepting-routes', /"RouteAll": false/],
];

describeWith(['namespaces', 'ip', 'nft', 'curl'], 'a run that is killed', () => {
  const labs: Lab[] = [];
  const killings: Killing[] = [];
  afterAll(async () => {
    for (const one of killings.splice(0)) one.close();
    await Promise.all(labs.splice(0).map((lab) => lab.stop()));
  });

  /** Three steps of two kinds; the look before a run is no part of it. */
  async function inBrokenLab(): Promise<Killing> {
    const lab = await startTestLab();
    labs.push(lab);
    await lab.break('accept-routes');
    const pin = (await planInLab(lab, 'pin-lan')).plan;
    const off = (await planInLab(lab)).plan;
    const steps = [...pin.steps, ...off.steps].filter(({ when }) => when === 'now');
    const made = await killing({
      plan: { ...off, steps, madeFor: [] },
      when: ['now'],
      state: () => nasState(lab),
      async inForce() {
        const dump = await nasState(lab);
        return MARKS.flatMap(([step, mark]) => (mark.test(dump) ? [step] : []));
      },
      // tailscaled and the kernel answer when it is done
      comesWithinMs: 0,
    });
    killings.push(made);
    return made;
  }

  test('ends in exactly the state after it or before it, wherever it is killed', {
    timeout: 600_000,
  }, async () => {
    const one = await inBrokenLab();
    const other = await inBrokenLab();
    const [{ apply, undo }, takenBack] = await Promise.all([one.thenResume(), other.thenUndo()]);
    expect(apply).toBeGreaterThan(40);
    expect(undo).toBeGreaterThan(20);
    expect(takenBack).toBe(apply);
    process.stdout.write(
      `killed at ${apply} positions of apply, resumed; at ${undo} of undo, undone; at ${takenBack} of apply, undone\n`,
    );
  });
});
