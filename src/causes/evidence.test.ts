import { describe, expect, test } from 'vitest';
import { caseOf, clientSocket, probe, serverSocket } from '../../test/support/case.ts';
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
    { before: 5, after: 8, effects: 1 },
    { before: 5, after: 5, effects: 0 },
  ])('sees $effects effects when the counter goes from $before to $after', (row) => {
    const counters = (phase: 'before' | 'after', value: number) => ({
      kind: 'counters' as const,
      host: 'nas',
      atUnixMs: 0,
      phase,
      values: { 'TcpExt:IPReversePathFilter': value },
      command: 'cat /proc/net/netstat',
    });
    const observations = [counters('before', row.before), counters('after', row.after)];
    const c = caseOf({ probes: [probe('timed-out', 10)], observations });
    expect(effectOf(c, 'TcpExt:IPReversePathFilter')).toHaveLength(row.effects);
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

test('a counter that rises while nothing was sent is no effect', () => {
  const counters = (phase: 'before' | 'after', value: number) => ({
    kind: 'counters' as const,
    host: 'nas',
    atUnixMs: 1_000_000,
    phase,
    values: { 'TcpExt:IPReversePathFilter': value },
    command: 'nstat',
  });
  const observations = [counters('before', 1), counters('after', 9)];
  const counter = 'TcpExt:IPReversePathFilter';
  expect(effectOf(caseOf({ observations }), counter)).toEqual([]);
  const probes = [probe('timed-out', 400)];
  expect(effectOf(caseOf({ probes, observations }), counter)).toHaveLength(1);
});
