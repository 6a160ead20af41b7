import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { armGuard } from '../../src/apply/guard.ts';
import { handFor } from '../../src/apply/hands.ts';
import { collectHost } from '../../src/collect/index.ts';
import { tailscaleStopAcceptingRoutes } from '../../src/fixes/tailscale-stop-accepting-routes.ts';
import type { Plan } from '../../src/model/plan.ts';
import { hostState } from '../../src/planning/host-state.ts';
import { systemClock as clock } from '../../src/platform/clock.ts';
import { openVantageIn } from '../../src/platform/open-vantage.ts';
import { runStoreIn } from '../../src/platform/runs/run-store.ts';
import type { OpenVantage, VantageOptions } from '../../src/ports/vantage.ts';
import { worldOf } from '../../src/routing/world.ts';
import { applyPlan, type RunSurroundings, undoRunById } from '../../src/session/fix-session.ts';
import { reachBy } from '../../src/session/reach.ts';
import { fixCase, planOf } from '../support/fix-case.ts';
import { quietly } from '../support/fixing.ts';
import { describeWith } from '../support/needs.ts';
import { commandsMatching } from '../support/processes.ts';
import { type SshHost, type SshHostOptions, startSshHost } from '../support/ssh-host.ts';

const FAKE = join(import.meta.dirname, '../support/fake-tailscaled.mjs');

const NAS = `
for f in /proc/sys/net/ipv6/conf/*/disable_ipv6; do echo 1 >$f; done
ip link add tailscale0 type veth peer name tailnet1
ip link set tailnet1 up
ip link set tailscale0 up
ip rule add priority 5270 lookup 52
ip route add 10.0.0.197/32 dev tailscale0 table 52
mkdir -p /run/tailscale
echo obey >/run/mode
${process.execPath} ${FAKE} /run/tailscale/tailscaled.sock /run/mode >/run/fake.log &
until grep -qs listening /run/fake.log; do sleep 0.05; done`;

const openReal = openVantageIn({
  locateLabHost: () => Promise.reject(new Error('no lab here')),
  agentPath: '',
  interactive: false,
});

describeWith(['root', 'sshd', 'sudo', 'ip', 'curl'], 'fix over ssh', () => {
  let host: SshHost;
  let temp: string;
  const path = process.env['PATH'];
  const usualTemp = process.env['TMPDIR'];
  const options: VantageOptions = { sudo: true };

  beforeAll(() => {
    temp = mkdtempSync('/tmp/rp-fix-ssh-');
    process.env['TMPDIR'] = temp;
  });
  async function start(more: SshHostOptions = {}): Promise<void> {
    host = await startSshHost({ sudoers: 'rptest ALL=(ALL) NOPASSWD: ALL', prepare: NAS, ...more });
    process.env['PATH'] = `${host.bin}:${path}`;
  }
  beforeEach(() => start());
  afterEach(() => {
    process.env['PATH'] = path;
    host?.stop();
    expect(commandsMatching(`${temp}/`)).toEqual([]);
  });
  afterAll(() => {
    if (usualTemp === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = usualTemp;
    rmSync(temp, { recursive: true, force: true });
  });

  const mode = (name: string) => host.exec('sh', '-c', `echo ${name} >/run/mode`);
  const state = () =>
    host.exec(
      'sh',
      '-c',
      'ip addr show lo; ip rule; ip route show table all; curl -s --unix-socket /run/tailscale/tailscaled.sock http://local-tailscaled.sock/localapi/v0/prefs',
    );
  const leftovers = () => host.exec('sh', '-c', 'ls /run /tmp | grep returnpath-guard || :').trim();
  const urlAt = (address: string) => `ssh://${host.user}@${address}:${host.port}`;

  const surroundings = (
    openVantage: OpenVantage = openReal,
    vantage: VantageOptions = options,
  ): RunSurroundings => ({
    clock,
    openVantage,
    store: runStoreIn(mkdtempSync(join(temp, 'runs-'))),
    vantage,
  });

  async function plan(address = '10.0.0.210', guardSeconds = 20): Promise<Plan> {
    const url = urlAt(address);
    const vantage = await openReal(url, options, AbortSignal.timeout(10_000));
    try {
      const { facts } = await collectHost(vantage, { clock, signal: AbortSignal.timeout(10_000) });
      const c = fixCase(facts, url, guardSeconds);
      const made = tailscaleStopAcceptingRoutes.plan(c);
      if (made.is !== 'possible') throw new Error(`Cannot plan: ${made.because}`);
      const world = worldOf(c.snapshot);
      return { ...planOf(c, made, world), madeFor: [hostState(facts, url)] };
    } finally {
      await vantage.close();
    }
  }

  /** Does something on the host just before the nth script from now on. */
  function disturbed(nth: number, disturb: () => void): OpenVantage {
    let scripts = 0;
    return async (url, given, signal) => {
      const vantage = await openReal(url, given, signal);
      const sh: typeof vantage.sh = (script, shellOptions) => {
        scripts += 1;
        if (scripts === nth) disturb();
        return vantage.sh(script, shellOptions);
      };
      return Object.assign(Object.create(vantage) as typeof vantage, { sh });
    };
  }

  test('by sudo: guarded, proven over a new connection, nothing left behind, undone', async () => {
    const before = state();
    const said: string[] = [];
    const where = surroundings();
    const end = await applyPlan(await plan(), ['now'], where, quietly(said));
    expect(end, said.join('\n')).toMatchObject({ outcome: 'applied' });
    expect(said.join('\n')).toMatch(/takes it back in 20 s unless[\s\S]*new connection: it stays/);
    expect(state()).toContain('"RouteAll": false');
    expect(leftovers()).toBe('');
    expect(commandsMatching(`returnpath-guard-${end.runId}`)).toEqual([]);
    expect((await undoRunById(end.runId, where, quietly())).outcome).toBe('undone');
    expect(state()).toBe(before);
  });

  test('without rights nothing is begun, and it says what to do', async () => {
    const before = state();
    const where = surroundings(openReal, {});
    const end = await applyPlan({ ...(await plan()), madeFor: [] }, ['now'], where, quietly());
    expect(end.outcome).toBe('undone');
    expect(end.why).toMatch(/Cannot read the present value/);
    expect(end.entries.map(({ is }) => is)).toEqual(['planned', 'failed', 'end']);
    expect(state()).toBe(before);
  });

  describe('when tailscaled', () => {
    test.each([
      { how: 'refuse', says: /HTTP 403|prefs write access denied/ },
      { how: 'broken', says: /out of cheese/ },
      { how: 'lie', says: /accepted and changed nothing: it still is "true"/ },
      { how: 'hang', says: /timed out|Timeout/i },
    ])('should $how, all is as it was and the reason is named', async ({ how, says }) => {
      const before = state();
      mode(how);
      const end = await applyPlan(await plan(), ['now'], surroundings(), quietly());
      expect(end.outcome).toBe('undone');
      expect(end.why).toMatch(says);
      expect(state()).toBe(before);
      expect(leftovers()).toBe('');
    });
  });

  test('a change by somebody else between look and write is left alone', async () => {
    const made = { ...(await plan()), madeFor: [] };
    const patch = `curl -s -X PATCH --unix-socket /run/tailscale/tailscaled.sock -d '{"RouteAll":false,"RouteAllSet":true}' http://local-tailscaled.sock/localapi/v0/prefs`;
    // reading, disarming what a killed run may have left, arming, and then the write
    const others = disturbed(4, () => host.exec('sh', '-c', patch));
    const where = surroundings(others);
    const end = await applyPlan(made, ['now'], where, quietly());
    expect(end.outcome).toBe('applied');
    expect(state()).toContain('"RouteAll": false');
    expect(end.entries).toContainEqual(
      expect.objectContaining({ is: 'skipped', found: 'somebody else has just done it' }),
    );
    expect(leftovers()).toBe('');
    const undone = await undoRunById(end.runId, where, quietly());
    expect(undone.outcome).toBe('undone');
    expect(state()).toContain('"RouteAll": false');
  });

  test('a connection that drops in the middle ends as it was', async () => {
    const before = state();
    const drop = () =>
      host.exec(
        'sh',
        '-c',
        'for d in /proc/[0-9]*; do [ "$(cat $d/comm)" = sshd ] && [ ${d#/proc/} != $(cat /run/sshd.pid) ] && kill -9 ${d#/proc/}; done 2>/dev/null; :',
      );
    const made = { ...(await plan()), madeFor: [] };
    const said: string[] = [];
    const end = await applyPlan(made, ['now'], surroundings(disturbed(4, drop)), quietly(said));
    expect(end.outcome, said.join('\n')).toBe('undone');
    expect(state()).toBe(before);
    expect(leftovers()).toBe('');
  });

  test('a step that cuts the way we came by is taken back by the timer over there', {
    timeout: 60_000,
  }, async () => {
    const before = state();
    const made = await plan('100.68.1.2', 5);
    expect(made.steps[0]?.guard).toMatchObject({
      how: 'far-timer',
      because: expect.stringContaining('over the tailnet (100.68.1.2)'),
    });
    mode('cut');
    const said: string[] = [];
    const end = await applyPlan(made, ['now'], surroundings(), quietly(said));
    expect(end.outcome, said.join('\n')).toBe('undone');
    expect(state()).toBe(before);
    await expect.poll(leftovers, { timeout: 10_000 }).toBe('');
  });

  /** Arms a timer of 2 s, makes the change, and goes. */
  async function armAndWrite() {
    const [step] = (await plan('10.0.0.210', 2)).steps;
    if (!step) throw new Error('Cannot test without a step');
    const reach = reachBy(openReal, options);
    const context = {
      ...{ reach, clock, vantage: step.vantage, tell: () => {} },
      signal: AbortSignal.timeout(20_000),
    };
    const by = await armGuard(step, { id: 'test-outlives', afterSeconds: 2 }, context);
    const written = await handFor(step.change).write(step.change, 'do', {
      ...context,
      begun: 'true',
    });
    await reach.close();
    return { by, written };
  }

  test('the timer over there outlives us and our connection', { timeout: 60_000 }, async () => {
    const before = state();
    const { by, written } = await armAndWrite();
    expect(by).toBe('process');
    expect(written).toMatchObject({ found: 'true', now: 'false' });
    await expect.poll(state, { timeout: 15_000 }).toBe(before);
    await expect.poll(leftovers, { timeout: 10_000 }).toBe('');
  });

  describeWith(['systemd'], 'where systemd runs the host', () => {
    const units = () =>
      host.exec('systemctl', 'list-units', '--all', '--legend=no', 'returnpath-guard-*');
    beforeEach(async () => {
      host.stop();
      await start({ units: mkdtempSync(join(temp, 'units-')) });
    });

    test('it waits to take the step back, and forgets that once it stays', async () => {
      const armed: string[] = [];
      // as the change is written: armed before, disarmed after
      const look = disturbed(4, () => void armed.push(units()));
      const made = { ...(await plan()), madeFor: [] };
      const end = await applyPlan(made, ['now'], surroundings(look), quietly());
      expect(end.outcome, end.why).toBe('applied');
      expect(armed).toEqual([
        expect.stringMatching(/returnpath-guard-\S+\.timer +loaded +active +waiting/),
      ]);
      expect(commandsMatching(`returnpath-guard-${end.runId}`)).toEqual([]);
      expect([units(), leftovers()]).toEqual(['', '']);
    });

    test('it takes the step back when we are gone', async () => {
      const before = state();
      const { written, by } = await armAndWrite();
      expect(by).toBe('systemd');
      expect(written).toMatchObject({ found: 'true', now: 'false' });
      await expect.poll(state, { timeout: 15_000 }).toBe(before);
      await expect.poll(leftovers, { timeout: 10_000 }).toBe('');
      await expect.poll(units, { timeout: 10_000 }).toBe('');
    });
  });
});
