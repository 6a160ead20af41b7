import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type Lab, startLab } from '../../src/lab/start.ts';
import { Diagnosis } from '../../src/model/diagnosis.ts';
import { nasState } from '../support/fixing.ts';
import { describeWith } from '../support/needs.ts';
import { type Operator, operatorOf } from '../support/operator.ts';

describeWith(['namespaces', 'ip', 'nft', 'curl'], 'the night, with a kubeconfig', () => {
  let lab: Lab;
  let operator: Operator;
  let temp: string;
  const usual = process.env['XDG_STATE_HOME'];
  const nas = () => ['--context', 'admin@homelab', '--to', `lab://${lab.id}/nas`];

  beforeAll(async () => {
    temp = mkdtempSync('/tmp/rp-night-');
    process.env['XDG_STATE_HOME'] = temp;
    lab = await startLab({ kubernetes: true, outage: true });
    operator = await operatorOf(lab);
    await vi.waitFor(
      async () => {
        const { stdout } = await operator.run('diagnose', '--timeout', '2', '-o', 'json');
        expect(Diagnosis.parse(JSON.parse(stdout)).cluster?.symptoms).toHaveLength(5);
      },
      { timeout: 30_000, interval: 300 },
    );
  }, 60_000);
  afterAll(async () => {
    await lab?.stop();
    rmSync(temp, { recursive: true, force: true });
    if (usual === undefined) delete process.env['XDG_STATE_HOME'];
    else process.env['XDG_STATE_HOME'] = usual;
  });

  test('fix mends the path, restarts the controllers, and everything runs', {
    timeout: 180_000,
  }, async () => {
    const broken = await nasState(lab);
    const report = join(temp, 'report.md');
    const startedMs = Date.now();
    const { code, stdout, stderr } = await operator.run(
      ...['fix', ...nas(), '--yes', '--report', report],
    );
    process.stdout.write(
      `from the command to the last pod running: ${Date.now() - startedMs} ms\n`,
    );
    expect(code, stdout + stderr).toBe(0);
    expect(stdout).toMatch(/^APPLIED {2}/m);
    expect(stdout).toMatch(/^WELL {2}/m);
    expect(stdout).toMatch(/controller of democratic-csi-hdd is whole .*6\/6/);
    const written = readFileSync(report, 'utf8');
    expect(written).toContain('### Timeline');
    expect(written).toMatch(/- \[x\] no pod waits for its storage/);
    const runs = await operator.run('runs', '-o', 'json');
    const [{ id }] = JSON.parse(runs.stdout) as [{ id: string }];
    const undone = await operator.run('undo', id);
    expect(undone.code, undone.stdout + undone.stderr).toBe(0);
    expect(await nasState(lab)).toBe(broken);
  });
});
