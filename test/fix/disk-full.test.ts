import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Lab } from '../../src/lab/start.ts';
import { bundled } from '../support/bundle.ts';
import type { CrashOrder } from '../support/crashing-fix.ts';
import { nasState, planInLab } from '../support/fixing.ts';
import { startTestLab } from '../support/lab.ts';
import { describeWith } from '../support/needs.ts';

describeWith(['root', 'namespaces', 'ip', 'nft', 'curl'], 'a journal on a full disk', () => {
  let lab: Lab;
  let temp: string;
  let program: string;
  let planFile: string;
  let before: string;

  beforeAll(async () => {
    temp = mkdtempSync('/tmp/rp-full-');
    program = await bundled('test/support/crashing-fix.ts', join(temp, 'crashing-fix.mjs'));
    lab = await startTestLab();
    await lab.break('accept-routes');
    const { plan } = await planInLab(lab);
    // long enough that each line needs a page of its own
    const [step] = plan.steps;
    const padded = step && { ...step, undoes: `${step.undoes}${' #'.repeat(3000)}` };
    planFile = join(temp, 'plan.json');
    writeFileSync(planFile, JSON.stringify({ ...plan, steps: [padded], madeFor: [] }));
    before = await nasState(lab);
  }, 60_000);
  afterAll(async () => {
    await lab?.stop();
    rmSync(temp, { recursive: true, force: true });
  });

  /** Applies with a state folder of so many kilobytes. */
  function applyWith(kilobytes: number) {
    const folder = join(temp, 'small');
    const order: CrashOrder = {
      folder: `${folder}/runs`,
      do: 'apply',
      what: planFile,
      when: ['now'],
    };
    const script = `mkdir -p ${folder} && mount -t tmpfs -o size=${kilobytes}k tmpfs ${folder} && exec "$@"`;
    const argv = ['-m', 'sh', '-c', script, 'sh', process.execPath, program];
    const input = `${JSON.stringify(order)}\n`;
    return spawnSync('unshare', argv, { encoding: 'utf8', timeout: 60_000, input });
  }

  test('changes nothing, or takes back what it cannot go on recording', {
    timeout: 120_000,
  }, async () => {
    const ends: string[] = [];
    for (let kilobytes = 8; kilobytes <= 48; kilobytes += 4) {
      const { stdout, stderr } = applyWith(kilobytes);
      const outcome = /"outcome":"(\w+)"/.exec(stdout)?.[1] ?? 'refused';
      ends.push(outcome);
      if (outcome === 'applied') break;
      expect(stdout + stderr, `${kilobytes} KiB`).toMatch(/no space left|ENOSPC/i);
      expect(await nasState(lab), `${kilobytes} KiB`).toBe(before);
    }
    expect(new Set(ends)).toEqual(new Set(['refused', 'undone', 'applied']));
  });
});
