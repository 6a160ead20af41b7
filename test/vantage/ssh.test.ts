import { afterAll, beforeAll, expect, test } from 'vitest';
import { collectHost } from '../../src/collect/index.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { openVantageIn } from '../../src/platform/open-vantage.ts';
import { describeWith } from '../support/needs.ts';
import { type SshHost, startSshHost } from '../support/ssh-host.ts';

const openVantage = openVantageIn({
  locateLabHost: () => Promise.reject(new Error('no lab here')),
  agentPath: '',
  interactive: false,
});
const soon = () => AbortSignal.timeout(10_000);

describeWith(['root', 'sshd', 'ip'], 'ssh vantage', () => {
  let host: SshHost;
  const path = process.env['PATH'];

  beforeAll(async () => {
    host = await startSshHost();
    process.env['PATH'] = `${host.bin}:${path}`;
  });
  afterAll(() => {
    process.env['PATH'] = path;
    host.stop();
  });

  test('reads the facts of a host as an ordinary user', async () => {
    const vantage = await openVantage(`ssh://${host.user}@10.0.0.210:2222`, {}, soon());
    try {
      const { facts } = await collectHost(vantage, { clock: systemClock, signal: soon() });
      expect(facts.privileged).toMatchObject({ seen: true, value: false });
      expect(facts.network.routes.ipv4).toMatchObject({ seen: true });
    } finally {
      await vantage.close();
    }
  });
});
