import { spawn } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Lab } from '../../src/lab/start.ts';
import { runStoreIn, runsFolder } from '../../src/platform/runs/run-store.ts';
import { nasState, tempState } from '../support/fixing.ts';
import { startTestLab } from '../support/lab.ts';
import { describeWith } from '../support/needs.ts';
import { LAUNCHER } from '../support/operator.ts';

describeWith(['namespaces', 'ip', 'nft', 'curl'], 'a reader that goes away', () => {
  let lab: Lab;
  const state = tempState();
  const env = { ...process.env, XDG_STATE_HOME: state.folder };
  beforeAll(async () => {
    lab = await startTestLab();
    await lab.break('accept-routes');
  });
  afterAll(async () => {
    await lab?.stop();
    state.remove();
  });

  /** As `returnpath … 2>&1 | head -1`: nobody reads on after the first that is said. */
  function soonUnread(...args: readonly string[]): Promise<number | null> {
    const child = spawn(process.execPath, [LAUNCHER, ...args], { env });
    for (const stream of [child.stdout, child.stderr]) {
      stream.once('data', () => {
        child.stdout.destroy();
        child.stderr.destroy();
      });
    }
    return new Promise((resolve) => child.on('exit', resolve));
  }
  const runs = () => runStoreIn(runsFolder(env)).list();

  test('does not end a run: it is done and taken back to its end, and the status says so', {
    timeout: 120_000,
  }, async () => {
    const broken = await nasState(lab);
    const ends = ['--from', `lab://${lab.id}/node`, '--to', `lab://${lab.id}/nas`];
    expect(await soonUnread('fix', ...ends, '--control', '10.0.0.1', '--yes')).toBe(0);
    const [run] = await runs();
    expect(run?.entries.at(-1)).toMatchObject({ is: 'verified', ok: true });
    expect(await soonUnread('undo', run?.id ?? '')).toBe(0);
    const [undone] = await runs();
    expect(undone?.entries.at(-1)).toMatchObject({ is: 'end', outcome: 'undone' });
    expect(await nasState(lab)).toBe(broken);
  });
});
