import { expect, test } from 'vitest';
import { collectHost } from '../../src/collect/index.ts';
import { HostFacts } from '../../src/model/host.ts';
import { systemClock as clock } from '../../src/platform/clock.ts';
import { openVantageIn } from '../../src/platform/open-vantage.ts';

const soon = () => AbortSignal.timeout(10_000);
const open = openVantageIn({
  locateLabHost: () => Promise.reject(new Error('no lab here')),
  agentPath: '',
  interactive: false,
});

test('local: reads this machine, whatever it lacks', async () => {
  const vantage = await open('local:', {}, soon());
  const { facts } = await collectHost(vantage, { clock, signal: soon() });
  expect(HostFacts.parse(facts)).toEqual(facts);
  expect(facts.vantages).toEqual(['local:']);
  await vantage.close();
});

test('local: asks the network with sockets of its own', async () => {
  const vantage = await open('local:', {}, soon());
  const ask = { probe: 'tcp', address: '127.0.0.1', port: 1, timeoutMs: 1000 } as const;
  expect(await vantage.probe?.(ask, soon())).toMatchObject({ outcome: 'refused' });
});

test('a URL of another kind is refused, with those that are known', async () => {
  await expect(open('telnet://nas', {}, soon())).rejects.toThrow(SyntaxError);
  await expect(open('telnet://nas', {}, soon())).rejects.toThrow('local:, lab://[ID/]HOST');
});
