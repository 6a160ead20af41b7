import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { faults } from '../../src/lab/faults/index.ts';
import { locateLabHost } from '../../src/lab/locate.ts';
import { type Lab, startLab } from '../../src/lab/start.ts';
import { TRUENAS_RELEASES } from '../../src/lab/topology/topology.ts';
import { accountNamed, LAB_API_KEY, LAB_READONLY_KEY } from '../../src/lab/truenas/accounts.ts';
import { diagnoseTo, folder, LAUNCHER, returnpath, withKey } from '../support/nas-look.ts';
import { describeWith } from '../support/needs.ts';
import { atTerminal } from '../support/terminal.ts';

describeWith(['namespaces', 'ip', 'ping', 'python3'], 'a look at the NAS', () => {
  describe.each(TRUENAS_RELEASES)('of release %s with an API key alone', (release) => {
    let lab: Lab;
    beforeAll(async () => {
      lab = await startLab({ truenas: release });
    });
    afterAll(() => lab.stop());

    test('is healthy when nothing is broken', async () => {
      const { diagnosis } = await diagnoseTo(lab, 'truenas://10.0.0.210', {
        more: withKey(LAB_API_KEY),
      });
      expect(diagnosis.findings).toEqual([]);
      expect(diagnosis.verdict).toBe('healthy');
    });

    test('proves the outage, and shows no key', async () => {
      await lab.break('accept-routes');
      try {
        const more = withKey(LAB_API_KEY);
        const look = await diagnoseTo(lab, 'truenas://10.0.0.210', { more });
        const { diagnosis, snapshot, said } = look;
        expect(diagnosis.findings).toMatchObject([
          { cause: 'lan-route-captured-by-vpn', certainty: 'proven' },
        ]);
        expect(diagnosis.disagreements).toEqual([]);
        const nas = snapshot.hosts['10.0.0.210'];
        // up to 24.10 a key is no user and opens no shell: there the three pings prove it
        const hasShell = release !== '24.10';
        expect(nas?.network.rules.ipv4.seen).toBe(hasShell);
        expect(nas?.tailscale.prefs.seen).toBe(hasShell);
        expect(snapshot.observations.some(({ kind }) => kind === 'bound-ping')).toBe(!hasShell);
        expect(said).not.toContain(LAB_API_KEY);
        expect(said).not.toMatch(/tskey-/);
      } finally {
        await lab.mend('accept-routes');
      }
    });

    test('with a key that may only read says what is likely', async () => {
      await lab.break('accept-routes');
      try {
        const to = release === '24.10' ? 'truenas://10.0.0.210' : 'truenas://viewer@10.0.0.210';
        const { diagnosis } = await diagnoseTo(lab, to, { more: withKey(LAB_READONLY_KEY) });
        expect(diagnosis.findings).toMatchObject([
          { cause: 'lan-route-captured-by-vpn', wouldProve: expect.stringMatching(/ip route get/) },
        ]);
      } finally {
        await lab.mend('accept-routes');
      }
    });
  });

  test('of release 24.10 with a password typed at a terminal sees its rules', async () => {
    const lab = await startLab({ truenas: '24.10' });
    try {
      await lab.break('accept-routes');
      const { enterNetwork } = await locateLabHost(lab.id, 'utility');
      const look = join(folder, 'password.json');
      const to = 'truenas://truenas_admin@10.0.0.210';
      const from = `lab://${lab.id}/node`;
      const args = ['--from', from, '--to', to, '--control', '10.0.0.1', '--save', look];
      const password = accountNamed('truenas_admin')?.password ?? '';
      const { shown } = await atTerminal(
        [...enterNetwork, process.execPath, LAUNCHER, 'diagnose', '--truenas-password', ...args],
        [
          ['Trust it from now on? (yes/no) ', 'yes\r'],
          ['Password of truenas_admin at 10.0.0.210: ', `${password}\r`],
        ],
        { XDG_STATE_HOME: join(folder, 'password-state') },
      );
      expect(shown).toMatch(/PROVEN {2}truenas \(10\.0\.0\.210\)/);
      const snapshot = readFileSync(look, 'utf8');
      expect(JSON.parse(snapshot).hosts['10.0.0.210'].network.rules.ipv4.seen).toBe(true);
      expect([shown, snapshot].filter((text) => text.includes(password))).toEqual([]);
    } finally {
      await lab.stop();
    }
  });

  // a key of 24.10 opens no shell, so this is what addresses, routes and pings tell
  describe('without any shell', () => {
    let lab: Lab;
    beforeAll(async () => {
      lab = await startLab({ truenas: '24.10' });
    });
    afterAll(() => lab.stop());

    const reachable = faults.filter(({ id }) => !/^(nas-off|api-)/.test(id));

    test.each(reachable)(
      'accuses nobody else in $id',
      async ({ id, question, expect: expected }) => {
        const { from, serverAddress: address } = question;
        await lab.break(id);
        try {
          const more = withKey(LAB_API_KEY);
          // over the tailnet, which works whatever the NAS does with its LAN
          const at = 'cabin-router';
          const look = await diagnoseTo(lab, 'truenas://100.68.1.2', { from, address, more, at });
          const { diagnosis, snapshot } = look;
          expect(snapshot.hosts['100.68.1.2']?.truenas?.transport).toBe('DDP');
          const accused = diagnosis.findings.map(({ cause }) => cause);
          expect(accused.filter((cause) => !expected.causes.includes(cause))).toEqual([]);
          if (expected.verdict === 'healthy') expect(diagnosis.verdict).toBe('healthy');
        } finally {
          await lab.mend(id);
        }
      },
    );
  });

  test('with the key of democratic-csi is had on the word for it, and not without', async () => {
    const lab = await startLab({ kubernetes: true });
    const diagnose = async (...more: readonly string[]) => {
      const look = join(folder, 'lent.json');
      const inside = ['lab', 'exec', '--id', lab.id, '--network-only', 'utility', '--'];
      const to = 'truenas://10.0.0.210';
      const ask = ['--from', `lab://${lab.id}/node`, '--to', to, '--control', '10.0.0.1'];
      const command = [process.execPath, LAUNCHER, 'diagnose', ...ask, '--save', look, ...more];
      const env = { XDG_STATE_HOME: join(folder, 'lent') };
      const { shown } = await atTerminal(
        [process.execPath, LAUNCHER, ...inside, ...command],
        [
          ['Trust it from now on? (yes/no) ', 'yes\r'],
          ['API key for 10.0.0.210: ', '\r'],
        ],
        env,
      );
      return { shown, said: shown + readFileSync(look, 'utf8') };
    };
    const secretsRead = async () => {
      const audit = '/run/returnpath-lab/kubernetes/audit.jsonl';
      const { stdout } = await lab.exec('utility', ['cat', audit]);
      return stdout.split('\n').filter((line) => /-driver-config/.test(line) && /admin/.test(line));
    };
    try {
      await lab.break('accept-routes');
      const without = await diagnose();
      expect(without.shown).toMatch(/Cannot find the API key for 10\.0\.0\.210/);
      expect(await secretsRead()).toEqual([]);
      const lent = await diagnose('--use-csi-credential');
      expect(lent.shown).toMatch(/with the credential of Secret democratic-csi\/\S+-driver-config/);
      expect(lent.shown).toMatch(/PROVEN {2}truenas/);
      expect(lent.said).not.toContain(LAB_API_KEY);
      expect(await secretsRead()).not.toEqual([]);
    } finally {
      await lab.stop();
    }
  }, 60_000);

  describe('with a browser alone', () => {
    let lab: Lab;
    beforeAll(async () => {
      lab = await startLab();
    });
    afterAll(() => lab.stop());

    /** What the NAS prints for the line, copied out of a terminal that wraps and echoes. */
    async function answer(): Promise<string> {
      const ask = ['ask', 'nas', '--client', '10.0.0.197', '--server', '10.0.0.210'];
      const { stdout: line } = await returnpath(lab, ask);
      const { stdout } = await lab.exec('nas', ['sh', '-c', line.trim()]);
      const file = join(folder, 'nas.txt');
      const shown = `truenas_admin@truenas[~]$ ${line}${stdout}truenas_admin@truenas[~]$ `;
      writeFileSync(file, shown.replace(/.{57}/g, '$&\r\n'));
      return file;
    }

    test('the outage is proven, and not seen once it is mended', async () => {
      await lab.break('accept-routes');
      try {
        const { diagnosis, snapshot } = await diagnoseTo(lab, `paste:${await answer()}`);
        expect(diagnosis.findings).toMatchObject([
          { cause: 'lan-route-captured-by-vpn', certainty: 'proven' },
        ]);
        expect(diagnosis.disagreements).toEqual([]);
        expect(snapshot.hosts['nas']).toMatchObject({
          name: 'truenas',
          vantages: [expect.stringMatching(/^paste:/)],
        });
      } finally {
        await lab.mend('accept-routes');
      }
      const { diagnosis } = await diagnoseTo(lab, `paste:${await answer()}`);
      expect(diagnosis.verdict).toBe('healthy');
    });

    test('a damaged copy is refused, with which lines are missing', async () => {
      const file = await answer();
      const whole = readFileSync(file, 'utf8').replaceAll('\r\n', '');
      const damaged = join(folder, 'damaged.txt');
      writeFileSync(damaged, whole.replace(/rp\w{6}000[34]\//g, ''));
      const { code, stderr } = await returnpath(lab, ['ask', 'nas', '--answer', damaged]);
      expect(code).toBe(4);
      expect(stderr).toMatch(/of its \d+ lines, 3-4 are missing or damaged/);
    });
  });
});
