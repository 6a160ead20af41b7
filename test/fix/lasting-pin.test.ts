import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { collectHost } from '../../src/collect/index.ts';
import { pinLan } from '../../src/fixes/pin-lan.ts';
import type { Plan, Step } from '../../src/model/plan.ts';
import { systemClock as clock } from '../../src/platform/clock.ts';
import { openVantageIn } from '../../src/platform/open-vantage.ts';
import { runStoreIn } from '../../src/platform/runs/run-store.ts';
import { worldOf } from '../../src/routing/world.ts';
import {
  applyPlan,
  type RunSurroundings,
  resumeRun,
  undoRunById,
} from '../../src/session/fix-session.ts';
import { fixCase, planOf } from '../support/fix-case.ts';
import { quietly } from '../support/fixing.ts';
import { describeWith, NETWORKD_UNIT } from '../support/needs.ts';
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

/** Keeps Init/Shutdown scripts in a file. */
const MIDCLT = `${HOST}
cat >/usr/local/bin/midclt <<'END'
#!/usr/bin/env python3
import json, os, sys
f, what, given = '/run/scripts', sys.argv[2], json.loads(sys.argv[3])
rows = json.load(open(f)) if os.path.exists(f) else []
if what.endswith('create'):
    rows.append({'id': 1 + max([r['id'] for r in rows], default=0), 'enabled': True, **given})
elif what.endswith('query'):
    print(json.dumps([r for r in rows if r['comment'] == given[0][2]]))
else:
    rows = [r for r in rows if r['id'] != given]
json.dump(rows, open(f, 'w'))
END
chmod 755 /usr/local/bin/midclt`;

const SYSTEMD = `${HOST}
mount -t tmpfs tmpfs /etc/systemd
mkdir -p /run/systemd/system /etc/systemd/system
cat >/usr/local/bin/systemctl <<'END'
#!/bin/sh
echo "$*" >>/run/systemctl
END
chmod 755 /usr/local/bin/systemctl`;

/** A networkd that finds one device to configure, as if udev had told it of all of them. */
const NETWORKD = `mount -t sysfs sysfs /sys
mount -t cgroup2 none /sys/fs/cgroup
mkdir -p /run/udev/data /run/systemd/network
for d in /sys/class/net/*; do echo V:1 >/run/udev/data/n$(cat $d/ifindex); done
printf '[Match]\\nName=tailnet*\\n[Network]\\nLinkLocalAddressing=no\\n' >/run/systemd/network/10-test.network`;

const UNIT = 'returnpath-pin-lan-10-0-0-0-24-2500.service';
const PIN = '2500:\tfrom all to 10.0.0.0/24 lookup main proto 201';
const OTHER_PIN = '2500:\tfrom all to 10.1.0.0/24 lookup main proto 201';

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
      kept: 'cat /run/scripts 2>/dev/null || echo []',
      none: '[]',
      shows: /"when": "POSTINIT".*returnpath: pin 10\.0\.0\.0\/24 at 2500/,
      other: /returnpath: pin 10\.1\.0\.0\/24 at 2500/,
    },
    {
      where: 'systemd, by a unit',
      prepare: SYSTEMD,
      kept: 'cat /etc/systemd/system/*.service /etc/systemd/networkd.conf.d/* 2>/dev/null || :',
      none: '',
      shows: /ExecStart=-\/bin\/sh -c 'ip -4 rule add to 10\.0\.0\.0\/24 lookup main/,
      other: /ExecStart=-\/bin\/sh -c 'ip -4 rule add to 10\.1\.0\.0\/24 lookup main/,
    },
  ])(
    'on $where, is there after fix and gone after undo, whatever another run has made last',
    {
      timeout: 60_000,
    },
    async ({ prepare, kept, none, shows, other }) => {
      await start(prepare);
      const there = () => host.exec('sh', '-c', kept).trim();
      const rules = () => host.exec('ip', 'rule');
      const before = rules();
      const said: string[] = [];
      const end = await applyPlan(await plan(), ['now'], surroundings(), quietly(said));
      expect(end.outcome, said.join('\n')).toBe('applied');
      expect([there(), rules()]).toEqual([none, expect.stringContaining(PIN)]);
      await expect(plan()).rejects.toThrow(/no rule of .* asks a VPN before main/);
      // another subnet comes, and a run that makes its pin last; then the first one's is to last too
      host.exec('ip', 'addr', 'add', '10.1.0.1/24', 'dev', 'lan0');
      const both: Step['when'][] = ['now', 'later'];
      const second = await applyPlan(await plan(), both, surroundings(), quietly(said));
      expect(second.outcome, said.join('\n')).toBe('applied');
      expect(there()).not.toMatch(shows);
      expect(there()).toMatch(other);
      const resumed = await resumeRun(end.runId, both, surroundings(), quietly(said));
      expect(resumed.outcome, said.join('\n')).toBe('applied');
      expect(there()).toMatch(shows);
      expect(there()).toMatch(other);
      const undone = await undoRunById(end.runId, surroundings(), quietly());
      expect(undone.outcome, undone.why).toBe('undone');
      expect(there()).not.toMatch(shows);
      expect(there()).toMatch(other);
      expect(rules()).toContain(OTHER_PIN);
      const undoneToo = await undoRunById(second.runId, surroundings(), quietly());
      expect(undoneToo.outcome, undoneToo.why).toBe('undone');
      expect([there(), rules()]).toEqual([none, before]);
    },
  );

  describeWith(['systemd'], 'where systemd starts things', () => {
    let etc = '';
    const rules = () => host.exec('ip', 'rule');
    const boot = async (more = '') => {
      host?.stop();
      const prepare = `${HOST}\nmount --bind ${etc} /etc/systemd\n${more}`;
      await start(prepare, { units: join(etc, 'system') });
    };
    const files = () =>
      readdirSync(etc, { recursive: true, withFileTypes: true })
        .filter((entry) => !entry.isDirectory())
        .map(({ name }) => name);
    beforeEach(() => {
      etc = mkdtempSync(join(temp, 'etc-'));
      chmodSync(etc, 0o755);
      mkdirSync(join(etc, 'system'));
    });

    test('is set by it at the next boot, and at none after undo', async () => {
      await boot();
      const before = rules();
      const end = await applyPlan(await plan(), ['now', 'later'], surroundings(), quietly());
      expect(end.outcome, end.why).toBe('applied');
      const pinned = rules();
      expect(pinned).toContain(PIN);
      expect(host.exec('systemctl', 'is-enabled', UNIT)).toBe('enabled\n');
      await boot();
      await expect.poll(rules).toBe(pinned);
      expect(host.exec('systemctl', 'show', '--value', '--property=Result', UNIT)).toBe(
        'success\n',
      );
      const undone = await undoRunById(end.runId, surroundings(), quietly());
      expect(undone.outcome, undone.why).toBe('undone');
      expect(rules()).toBe(before);
      expect(files()).toEqual([]);
      await boot();
      expect(rules()).toBe(before);
    });

    describeWith(['networkd'], 'beside networkd, which deletes rules that it has not made', () => {
      const state = (device: string) => {
        const index = host.exec('cat', `/sys/class/net/${device}/ifindex`).trim();
        return `/run/systemd/netif/links/${index}`;
      };
      const configured = (device: string) =>
        expect
          .poll(() => host.exec('sh', '-c', `cat ${state(device)} 2>/dev/null || :`), {
            timeout: 10_000,
          })
          .toContain('ADMIN_STATE=configured');

      test('stays over its restart, and over a device that it configures later', async () => {
        const wanted = join(etc, 'system/multi-user.target.wants');
        mkdirSync(wanted);
        copyFileSync(NETWORKD_UNIT, join(etc, 'system/systemd-networkd.service'));
        symlinkSync('../systemd-networkd.service', join(wanted, 'systemd-networkd.service'));
        await boot(NETWORKD);
        await configured('tailnet1');
        // it has deleted that as well, and tailscaled puts it back
        expect(rules()).not.toContain('5270:');
        host.exec('ip', 'rule', 'add', 'priority', '5270', 'lookup', '52');
        const end = await applyPlan(await plan(), ['now', 'later'], surroundings(), quietly());
        expect(end.outcome, end.why).toBe('applied');

        host.exec('rm', state('tailnet1'));
        host.exec('systemctl', 'restart', 'systemd-networkd.service');
        await configured('tailnet1');
        expect(rules()).toContain(PIN);
        host.exec('sh', '-c', 'echo V:1 >/run/udev/data/n99');
        host.exec(...'ip link add tailnet2 index 99 type veth peer name other2'.split(' '));
        await configured('tailnet2');
        expect(rules()).toContain(PIN);
        await boot(NETWORKD);
        await configured('tailnet1');
        await expect.poll(rules).toContain(PIN);
      });
    });
  });
});
