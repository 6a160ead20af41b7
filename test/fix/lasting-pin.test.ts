import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { collectHost } from '../../src/collect/index.ts';
import { pinLan } from '../../src/fixes/pin-lan.ts';
import type { Plan } from '../../src/model/plan.ts';
import { systemClock as clock } from '../../src/platform/clock.ts';
import { openVantageIn } from '../../src/platform/open-vantage.ts';
import { runStoreIn } from '../../src/platform/runs/run-store.ts';
import { worldOf } from '../../src/routing/world.ts';
import { applyPlan, type RunSurroundings, undoRunById } from '../../src/session/fix-session.ts';
import { fixCase, planOf } from '../support/fix-case.ts';
import { quietly } from '../support/fixing.ts';
import { describeWith } from '../support/needs.ts';
import { type SshHost, type SshHostOptions, startSshHost } from '../support/ssh-host.ts';

/** A VPN that takes one address of the LAN, and stand-ins for what starts things at boot. */
const HOST = `
for f in /proc/sys/net/ipv6/conf/*/disable_ipv6; do echo 1 >$f; done
ip link add tailscale0 type veth peer name tailnet1
ip link set tailnet1 up
ip link set tailscale0 up
ip rule add priority 5270 lookup 52
ip route add 10.0.0.197/32 dev tailscale0 table 52
mount -t tmpfs tmpfs /usr/local/bin
chmod 755 /usr/local/bin`;

/** Keeps Init/Shutdown scripts as lines of a file: id, then what it was given. */
const MIDCLT = `${HOST}
cat >/usr/local/bin/midclt <<'END'
#!/bin/sh
f=/run/scripts
touch $f
case $2 in
initshutdownscript.create) echo "$(date +%N) $3" >>$f; echo '{"id": 1}';;
initshutdownscript.query) sed -n 's/^0*\\([0-9]*\\) .*/{"id": \\1}/p' $f;;
initshutdownscript.delete) sed -i "/^0*$3 /d" $f; echo true;;
esac
END
chmod 755 /usr/local/bin/midclt`;

const SYSTEMD = `${HOST}
mkdir -p /run/systemd/system /etc/systemd/system
mount -t tmpfs tmpfs /etc/systemd/system
cat >/usr/local/bin/systemctl <<'END'
#!/bin/sh
echo "$*" >>/run/systemctl
END
chmod 755 /usr/local/bin/systemctl`;

const UNIT = 'returnpath-pin-lan.service';

const openVantage = openVantageIn({
  locateLabHost: () => Promise.reject(new Error('no lab here')),
  agentPath: '',
  interactive: false,
});

describeWith(['root', 'sshd', 'sudo', 'ip'], 'a pin that lasts', () => {
  let host: SshHost;
  let temp: string;
  const path = process.env['PATH'];
  const usualTemp = process.env['TMPDIR'];
  const vantage = { sudo: true };
  beforeAll(() => {
    temp = mkdtempSync('/tmp/rp-lasting-');
    process.env['TMPDIR'] = temp;
  });
  afterEach(() => {
    process.env['PATH'] = path;
    host?.stop();
  });
  afterAll(() => {
    if (usualTemp === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = usualTemp;
    rmSync(temp, { recursive: true, force: true });
  });

  async function start(prepare: string, more: SshHostOptions = {}): Promise<void> {
    host = await startSshHost({ sudoers: 'rptest ALL=(ALL) NOPASSWD: ALL', prepare, ...more });
    process.env['PATH'] = `${host.bin}:${path}`;
  }

  const surroundings = (): RunSurroundings => ({
    ...{ clock, openVantage, vantage },
    store: runStoreIn(join(temp, 'runs')),
  });

  async function plan(): Promise<Plan> {
    const url = `ssh://${host.user}@10.0.0.210:${host.port}`;
    const opened = await openVantage(url, vantage, AbortSignal.timeout(10_000));
    try {
      const signal = AbortSignal.timeout(10_000);
      const { facts } = await collectHost(opened, { clock, signal });
      const c = fixCase(facts, url, 20);
      const made = pinLan.plan(c);
      if (made.is !== 'possible') throw new Error(`Cannot plan: ${made.because}`);
      // its routes are not what is tried here
      const { steps, ...rest } = planOf(c, made, worldOf(c.snapshot));
      return { ...rest, steps: steps.map((step) => ({ ...step, checks: [] })) };
    } finally {
      await opened.close();
    }
  }

  test.each([
    {
      where: 'TrueNAS, by its own command',
      prepare: MIDCLT,
      kept: 'cat /run/scripts',
      shows: /"when":"POSTINIT".*returnpath: pin the LAN/,
    },
    {
      where: 'systemd, by a unit',
      prepare: SYSTEMD,
      kept: 'cat /etc/systemd/system/* 2>/dev/null || :',
      shows: /ExecStart=-\/bin\/sh -c 'ip -4 rule add to 10\.0\.0\.0\/24 lookup main/,
    },
  ])(
    'on $where, is there after fix and gone after undo',
    {
      timeout: 60_000,
    },
    async ({ prepare, kept, shows }) => {
      await start(prepare);
      const there = () => host.exec('sh', '-c', `touch /run/scripts; ${kept}`).trim();
      const rules = () => host.exec('ip', 'rule');
      const before = rules();
      const said: string[] = [];
      const end = await applyPlan(await plan(), ['now', 'later'], surroundings(), quietly(said));
      expect(end.outcome, said.join('\n')).toBe('applied');
      expect(there()).toMatch(shows);
      expect(rules()).toContain('2500:\tfrom all to 10.0.0.0/24 lookup main proto 201');
      await expect(plan()).rejects.toThrow(/no rule of .* asks a VPN before main/);
      const undone = await undoRunById(end.runId, surroundings(), quietly());
      expect(undone.outcome, undone.why).toBe('undone');
      expect(there()).toBe('');
      expect(rules()).toBe(before);
    },
  );

  describeWith(['systemd'], 'where systemd starts things', () => {
    test('is set by it at the next boot, and at none after undo', async () => {
      const units = mkdtempSync(join(temp, 'units-'));
      const rules = () => host.exec('ip', 'rule');
      const boot = async () => {
        host?.stop();
        await start(HOST, { units });
      };
      await boot();
      const before = rules();
      const end = await applyPlan(await plan(), ['now', 'later'], surroundings(), quietly());
      expect(end.outcome, end.why).toBe('applied');
      const pinned = rules();
      expect(pinned).toContain('2500:\tfrom all to 10.0.0.0/24 lookup main proto 201');
      expect(host.exec('systemctl', 'is-enabled', UNIT)).toBe('enabled\n');
      await boot();
      await expect.poll(rules).toBe(pinned);
      expect(host.exec('systemctl', 'show', '--value', '--property=Result', UNIT)).toBe(
        'success\n',
      );
      const undone = await undoRunById(end.runId, surroundings(), quietly());
      expect(undone.outcome, undone.why).toBe('undone');
      expect(rules()).toBe(before);
      expect(readdirSync(units, { recursive: true })).toEqual(['multi-user.target.wants']);
      await boot();
      expect(rules()).toBe(before);
    });
  });
});
