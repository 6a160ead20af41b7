import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { locateLabHost } from '../../src/lab/locate.ts';
import type { Lab } from '../../src/lab/start.ts';
import { LAB_API_KEY } from '../../src/lab/truenas/accounts.ts';
import { LAB_FINGERPRINT } from '../support/at-utility.ts';
import { type Killing, killing } from '../support/kill-everywhere.ts';
import { startTestLab } from '../support/lab.ts';
import { describeWith } from '../support/needs.ts';
import { nasKeeps, planByApi, wholeNasState } from '../support/truenas-fixing.ts';

const APP_STEP = 'truenas-app-tailscale-accept-routes-off';
const SCRIPT_STEP = 'pin-lan-10-0-0-0-24-lasts';

/** The NAS lets each address log in 20 times a minute, and counts those of 100. */
async function comeFromAnother(lab: Lab, run: number): Promise<void> {
  const address = `10.0.0.${100 + (run % 45)}`;
  const script = `dev=$(ip -o route get 10.0.0.1 | sed 's/.* dev \\([^ ]*\\).*/\\1/')
ip addr replace ${address}/24 dev $dev && ip route replace 10.0.0.210/32 dev $dev src ${address}`;
  const { stderr, exitCode } = await lab.exec('utility', ['sh', '-c', script]);
  if (exitCode !== 0) throw new Error(`Cannot take another address: ${stderr}`);
}

describeWith(['namespaces', 'ip', 'nft', 'curl', 'ping'], 'a run by the API that is killed', () => {
  const labs: Lab[] = [];
  const killings: Killing[] = [];
  const temp = mkdtempSync('/tmp/rp-killed-nas-');
  afterAll(async () => {
    for (const one of killings.splice(0)) one.close();
    await Promise.all(labs.splice(0).map((lab) => lab.stop()));
    rmSync(temp, { recursive: true, force: true });
  });

  /** The two kinds of steps that only the API can take: both make a fix last. */
  async function inBrokenLab(): Promise<Killing> {
    const lab = await startTestLab({ truenas: '25.10' });
    labs.push(lab);
    await lab.break('accept-routes');
    const pin = await planByApi(lab, temp, '--fix', 'pin-lan');
    const off = await planByApi(lab, temp);
    const steps = [...pin.steps, ...off.steps].filter(({ id }) =>
      [SCRIPT_STEP, APP_STEP].includes(id),
    );
    expect(steps.map(({ id, when }) => `${when} ${id}`)).toEqual([
      `later ${SCRIPT_STEP}`,
      `later ${APP_STEP}`,
    ]);
    const { enterNetwork = [] } = await locateLabHost(lab.id, 'utility');
    const made = await killing({
      plan: { ...off, steps, madeFor: [] },
      when: ['later'],
      state: () => wholeNasState(lab),
      beforeRun: (run) => comeFromAnother(lab, run),
      async inForce() {
        const { app, initScripts } = await nasKeeps(lab);
        return [
          ...(app.values.tailscale.accept_routes ? [] : [APP_STEP]),
          ...(initScripts.length > 0 ? [SCRIPT_STEP] : []),
        ];
      },
      // a container that has just been made, and its routes
      comesWithinMs: 20_000,
      truenas: {
        key: LAB_API_KEY,
        fingerprint: LAB_FINGERPRINT,
        pinFile: join(temp, 'pins.json'),
      },
      enter: enterNetwork,
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
      `killed by the API, at ${apply} positions of apply, resumed; at ${undo} of undo, undone; at ${takenBack} of apply, undone\n`,
    );
  });
});
