import { expect, test } from 'vitest';
import type { Probe } from '../../src/model/observation.ts';
import { systemClock } from '../../src/platform/clock.ts';
import type { ProbeAsk, Vantage } from '../../src/ports/vantage.ts';
import { runDiagnosis } from '../../src/session/diagnose-session.ts';
import { fakeVantage } from '../support/fake-vantage.ts';

const CONTROL = '10.0.0.1';
const PROBE_TIMEOUT_MS = 400;

/**
 * Probes of a session whose server never answers. Nobody waits: silence is told, not kept.
 *
 * @param controlMs Round trips to the control, one for each time it is asked by TCP.
 */
async function probesOf(controlMs: readonly number[], deadlineMs: number) {
  const asked: ProbeAsk[] = [];
  const rest = [...controlMs];
  const probe: Vantage['probe'] = async (ask) => {
    asked.push(ask);
    const startedUnixMs = systemClock.now();
    const isControl = ask.address === CONTROL && ask.probe === 'tcp';
    const connectMs = isControl ? rest.shift() : undefined;
    return connectMs === undefined
      ? { outcome: 'timed-out', startedUnixMs, elapsedMs: ask.timeoutMs }
      : { outcome: 'answered', startedUnixMs, elapsedMs: connectMs, connectMs };
  };
  const { snapshot } = await runDiagnosis(
    {
      ...{ from: 'ssh://fake', to: '10.0.0.210', addresses: [], ports: [2049] },
      ...{ controls: [CONTROL], compare: [], deadlineMs, probeTimeoutMs: PROBE_TIMEOUT_MS },
      vantage: {},
    },
    { clock: systemClock, openVantage: async () => fakeVantage({ sections: {} }, { probe }) },
    { signal: new AbortController().signal },
  );
  const probes = snapshot.observations.filter((one): one is Probe => one.kind === 'probe');
  const tcp = (address: string) =>
    probes.find((one) => one.flow.destination === address && one.probe === 'tcp');
  return { asked, server: tcp('10.0.0.210'), control: tcp(CONTROL) };
}
const times = (asked: readonly ProbeAsk[]) =>
  asked.filter(({ address, probe }) => address === CONTROL && probe === 'tcp').length;

test('a control within reach of our patience is asked once', async () => {
  const { asked } = await probesOf([1, 1], 20_000);
  expect(times(asked)).toBe(1);
});

test('where a control is slow, the server is asked until its silence tells', async () => {
  const { asked, server } = await probesOf([60, 70], 20_000);
  expect(server).toMatchObject({ outcome: 'timed-out' });
  // 20 round trips
  expect(server?.elapsedMs).toBeGreaterThanOrEqual(20 * 60);
  expect(times(asked)).toBe(2);
});

test('the faster of two answers of the control counts, and the longer silence', async () => {
  const { control, asked } = await probesOf([60, 2], 20_000);
  expect(control?.connectMs).toBe(2);
  expect((await probesOf([60, 70], 20_000)).control?.connectMs).toBe(60);
  expect(times(asked)).toBe(2);
});

test('never beyond the deadline', async () => {
  const { asked } = await probesOf([10_000, 10_000], 3000);
  expect(times(asked)).toBe(2);
  expect(Math.max(...asked.map(({ timeoutMs }) => timeoutMs))).toBeLessThanOrEqual(2500);
});
