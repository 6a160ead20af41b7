import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Lab } from '../../src/lab/start.ts';
import { Plan } from '../../src/model/plan.ts';
import { applyPlan, resumeRun, undoRunById } from '../../src/session/fix-session.ts';
import { nasState, planInLab, quietly, runSurroundings, tempState } from '../support/fixing.ts';
import { startTestLab } from '../support/lab.ts';
import { diagnoseInLab } from '../support/lab-diagnosis.ts';
import { describeWith } from '../support/needs.ts';

describeWith(['namespaces', 'ip', 'nft', 'curl'], 'fix on a lab host', () => {
  let lab: Lab;
  const state = tempState();
  const surroundings = () => runSurroundings(state.folder);

  beforeAll(async () => {
    lab = await startTestLab();
  });
  afterAll(async () => {
    await lab?.stop();
    state.remove();
  });
  afterEach(async () => {
    await lab.break('accept-routes');
    await lab.mend('accept-routes');
  });

  test('breaks, plans, fixes, is healthy, undoes, is as broken as before, fixes again', async () => {
    await lab.break('accept-routes');
    const broken = await nasState(lab);
    const { plan } = await planInLab(lab);
    expect(Plan.parse(JSON.parse(JSON.stringify(plan)))).toEqual(plan);
    const [step] = plan.steps;
    expect(step).toMatchObject({ id: 'tailscale-stop-accepting-routes', when: 'now' });
    expect(step?.checks.map(({ predicts }) => predicts)).toEqual([
      'no line for 10.0.0.197',
      '10.0.0.197 from 10.0.0.210 dev enp1s0',
      '10.0.0.197 dev enp1s0 src 10.0.0.210',
    ]);
    expect(plan.refusals).toEqual([]);
    const said: string[] = [];
    const first = await applyPlan(plan, ['now'], surroundings(), quietly(said));
    expect(first).toMatchObject({ outcome: 'applied' });
    expect((await diagnoseInLab(lab)).diagnosis.verdict).toBe('healthy');
    const undone = await undoRunById(first.runId, surroundings(), quietly());
    expect(undone.outcome).toBe('undone');
    expect(await nasState(lab)).toBe(broken);
    expect((await diagnoseInLab(lab)).diagnosis.verdict).toBe('cause-found');
    const again = await applyPlan(plan, ['now'], surroundings(), quietly());
    expect(again.outcome).toBe('applied');
    const fixed = await nasState(lab);
    expect(await resumeRun(again.runId, ['now'], surroundings(), quietly())).toMatchObject({
      outcome: 'applied',
    });
    expect(await nasState(lab)).toBe(fixed);
  });

  test('pins the LAN in both families, and takes only its own rules out again', async () => {
    await lab.exec('nas', ['sh', '-c', 'ip rule add to 10.9.0.0/16 lookup main priority 2500']);
    await lab.break('accept-routes');
    const broken = await nasState(lab);
    const { plan } = await planInLab(lab, 'pin-lan');
    const run = await applyPlan(plan, ['now'], surroundings(), quietly());
    expect(run).toMatchObject({ outcome: 'applied' });
    expect(await nasState(lab)).toContain('2500:\tfrom all to 10.0.0.0/24 lookup main proto 201');
    expect(await nasState(lab)).toContain('"RouteAll": true');
    expect((await diagnoseInLab(lab)).diagnosis.verdict).toBe('healthy');
    expect((await undoRunById(run.runId, surroundings(), quietly())).outcome).toBe('undone');
    expect(await nasState(lab)).toBe(broken);
    await lab.exec('nas', ['sh', '-c', 'ip rule del to 10.9.0.0/16 lookup main priority 2500']);
  });

  test('a plan for another state of the host is refused, and says what differs', async () => {
    await lab.break('accept-routes');
    const { plan } = await planInLab(lab);
    await lab.exec('nas', ['sh', '-c', 'ip rule add to 10.8.0.0/16 lookup main priority 2400']);
    const before = await nasState(lab);
    await expect(applyPlan(plan, ['now'], surroundings(), quietly())).rejects.toThrow(
      /not as it was when the plan was made: \+ ipv4 rule 2400: from all to 10\.8\.0\.0\/16/,
    );
    expect(await nasState(lab)).toBe(before);
    await lab.exec('nas', ['sh', '-c', 'ip rule del to 10.8.0.0/16 lookup main priority 2400']);
  });

  test('a live connection by an accepted route puts the pin first, and stays alive', {
    timeout: 60_000,
  }, async () => {
    await lab.break('accept-routes');
    const serving = lab.exec('cabin', [process.execPath, '-e', ECHO]);
    const talking = lab.exec('nas', [process.execPath, '-e', TALK]);
    await expect
      .poll(async () => (await planInLab(lab)).plan.fix, { timeout: 15_000 })
      .toBe('pin-lan');
    const { plan } = await planInLab(lab);
    expect(plan.alternatives[0]?.because).toMatch(/would break .* with 10\.20\.0\.5/);
    const run = await applyPlan(plan, ['now'], surroundings(), quietly());
    expect(run.outcome).toBe('applied');
    expect((await diagnoseInLab(lab)).diagnosis.verdict).toBe('healthy');
    await lab.exec('cabin', ['sh', '-c', 'echo x >/run/enough']);
    expect((await talking).stdout).toBe('answered after the fix\n');
    await serving;
    expect((await undoRunById(run.runId, surroundings(), quietly())).outcome).toBe('undone');
  });

  test('an exit node without LAN access is kept, and the LAN allowed', async () => {
    await lab.break('exit-node-no-lan');
    const broken = await nasState(lab);
    const { plan } = await planInLab(lab);
    expect(plan).toMatchObject({ fix: 'tailscale-allow-lan-access', refusals: [] });
    const run = await applyPlan(plan, ['now'], surroundings(), quietly());
    expect(run).toMatchObject({ outcome: 'applied' });
    expect((await diagnoseInLab(lab)).diagnosis.verdict).toBe('healthy');
    expect(await nasState(lab)).toContain('default dev tailscale0 table 52');
    expect((await undoRunById(run.runId, surroundings(), quietly())).outcome).toBe('undone');
    expect(await nasState(lab)).toBe(broken);
    await lab.mend('exit-node-no-lan');
  });

  test('a rule like ours that somebody else has put is left alone, both ways', async () => {
    await lab.break('accept-routes');
    const { plan } = await planInLab(lab, 'pin-lan');
    const theirs = 'ip rule add to 10.0.0.0/24 lookup main priority 2500';
    await lab.exec('nas', ['sh', '-c', theirs]);
    const found = await nasState(lab);
    const run = await applyPlan({ ...plan, madeFor: [] }, ['now'], surroundings(), quietly());
    expect(run.entries).toContainEqual(
      expect.objectContaining({ is: 'skipped', found: 'foreign' }),
    );
    expect((await undoRunById(run.runId, surroundings(), quietly())).outcome).toBe('undone');
    expect(await nasState(lab)).toBe(found);
    await lab.exec('nas', ['sh', '-c', theirs.replace('add', 'del')]);
  });
});

/** Answers what it is sent until a file says that it is enough, then says so and ends. */
const ECHO = `
require('node:net').createServer((socket) => {
  const look = setInterval(() => {
    if (!require('node:fs').existsSync('/run/enough')) return;
    clearInterval(look);
    socket.end('answered after the fix\\n', () => process.exit());
  }, 50);
  socket.on('error', () => process.exit(1));
}).listen(7777);`;

/** Stays connected until the other side has its say. */
const TALK = `
const connect = () => {
  const socket = require('node:net').connect(7777, '10.20.0.5');
  socket.on('error', () => setTimeout(connect, 100));
  socket.pipe(process.stdout);
};
connect();`;
