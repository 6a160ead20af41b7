import { describe, expect, test } from 'vitest';
import {
  CLIENT,
  caseOf,
  clientSocket,
  probe,
  SERVER,
  serverSocket,
} from '../../test/support/case.ts';
import type { CounterSample } from '../model/observation.ts';
import type { Trace } from '../model/trace.ts';
import { effectOf, provesTogether, silenceMs } from './evidence.ts';

describe('silenceMs()', () => {
  test.each([
    { roundTripMs: 1, ms: 300, why: 'a LAN: the floor' },
    { roundTripMs: 15, ms: 300, why: 'exactly the floor' },
    { roundTripMs: 40, ms: 800, why: 'a slow link: 20 round trips' },
  ])('is $ms ms for a control that answers in $roundTripMs ms: $why', ({ roundTripMs, ms }) => {
    expect(silenceMs([probe('answered', roundTripMs, 'control')])).toBe(ms);
  });

  test('is measured by the shortest of several answers', () => {
    const controls = [probe('answered', 90, 'control'), probe('refused', 2, 'control')];
    expect(silenceMs(controls)).toBe(300);
  });

  test('is unknown while no control answers', () => {
    expect(silenceMs([probe('timed-out', 5000, 'control')])).toBeUndefined();
  });
});

const counters = (phase: CounterSample['phase'], value: number): CounterSample => ({
  kind: 'counters',
  host: 'nas',
  atUnixMs: 1_000_000,
  phase,
  values: { 'TcpExt:IPReversePathFilter': value },
  command: 'cat /proc/net/netstat',
});

const delivered: Trace = {
  leg: 'forward',
  flow: { protocol: 'tcp', source: CLIENT, destination: SERVER, destinationPort: 2049 },
  steps: [],
  outcome: 'delivered',
  because: '',
  missing: [],
};
const filteredAt = (host: string): Trace => ({
  ...delivered,
  outcome: 'reverse-path-filtered',
  steps: [{ host, action: 'drop', because: '', notes: [] }],
});

describe('effectOf()', () => {
  const control = probe('answered', 1, 'control');

  test.each([
    { when: 'silent as long as silence needs', elapsedMs: 300, effects: 2 },
    { when: 'not silent long enough', elapsedMs: 299, effects: 0 },
  ])('sees $effects effects when the target was $when', ({ elapsedMs, effects }) => {
    const c = caseOf({ probes: [probe('timed-out', elapsedMs)], controls: [control] });
    expect(effectOf(c)).toHaveLength(effects);
  });

  test('sees nothing in silence while no control answers', () => {
    const dead = probe('timed-out', 5000, 'control');
    expect(effectOf(caseOf({ probes: [probe('timed-out', 5000)], controls: [dead] }))).toEqual([]);
  });

  test('sees nothing as soon as one probe came back', () => {
    const probes = [probe('timed-out', 5000), probe('refused', 1)];
    const observations = [serverSocket('SYN-RECV'), clientSocket()];
    expect(effectOf(caseOf({ probes, controls: [control], observations }))).toEqual([]);
  });

  test('sees a half-open socket that the client still waits on', () => {
    const observations = [serverSocket('SYN-RECV'), clientSocket()];
    const [effect] = effectOf(caseOf({ probes: [probe('timed-out', 10)], observations }));
    expect(effect?.answer).toBe('SYN-RECV 10.0.0.210 :2049 from 10.0.0.197');
  });

  test('ignores a half-open socket left over from an earlier connection', () => {
    const observations = [serverSocket('SYN-RECV'), clientSocket(41_000)];
    expect(effectOf(caseOf({ probes: [probe('timed-out', 10)], observations }))).toEqual([]);
  });

  test.each([
    { forward: filteredAt('nas'), before: 5, after: 8, effects: 1, why: 'its filter drops them' },
    { forward: filteredAt('nas'), before: 5, after: 5, effects: 0, why: 'it did not rise' },
    { forward: filteredAt('router'), before: 5, after: 8, effects: 0, why: 'another drops them' },
    { forward: delivered, before: 5, after: 6, effects: 0, why: 'a foreign packet was dropped' },
    { forward: undefined, before: 5, after: 6, effects: 0, why: 'the way there is not known' },
  ])('sees $effects effects in a counter from $before to $after: $why', (row) => {
    const observations = [counters('before', row.before), counters('after', row.after)];
    const c = caseOf({ probes: [probe('timed-out', 10)], observations });
    expect(effectOf({ ...c, forward: row.forward })).toHaveLength(row.effects);
  });

  test('sees none in a counter that rises while nothing was sent', () => {
    const observations = [counters('before', 1), counters('after', 9)];
    expect(effectOf({ ...caseOf({ observations }), forward: filteredAt('nas') })).toEqual([]);
  });
});

describe('provesTogether()', () => {
  const at = (atUnixMs: number) => ({
    host: 'nas',
    command: 'ip rule',
    answer: '',
    atUnixMs,
    shows: 'context' as const,
  });

  test.each([
    { apartMs: 60_000, is: true },
    { apartMs: 60_001, is: false },
  ])('is $is for what was read $apartMs ms apart', ({ apartMs, is }) => {
    expect(provesTogether([at(0)], [at(apartMs)])).toBe(is);
  });
});
