import { describe, expect, test } from 'vitest';
import { MESSAGE_SHAPES } from './catalogue.ts';
import { readLog } from './log.ts';
import { mergeMessages, messageOf } from './message.ts';
import { recognise, signaturesOf } from './recognise.ts';

const POD = { kind: 'Pod', namespace: 'media', name: 'jellyfin-0' };

describe('the catalogue of messages', () => {
  test('has ids that are unique and in kebab-case', () => {
    const ids = MESSAGE_SHAPES.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
  });

  test('has patterns without memory of earlier texts', () => {
    for (const { id, pattern } of MESSAGE_SHAPES) expect(pattern.flags, id).not.toMatch(/[gy]/);
  });

  test('puts what explains before what only wraps it', () => {
    const [first] = recognise(
      'CSI driver probe failed: rpc error: code = FailedPrecondition desc = TrueNAS api is unavailable: Error: FreeNAS error getting system version info: {"errors":{"v2":"AxiosError: timeout of 5000ms exceeded"},"responses":{}}',
    );
    expect(first?.id).toBe('axios-timeout-5000');
  });

  test('never calls the five seconds of axios a routing fault', () => {
    const shape = MESSAGE_SHAPES.find(({ id }) => id === 'axios-timeout-5000');
    expect(shape?.category).toBe('network-or-slow');
    expect(shape?.provesNot).toMatch(/anything about routing/);
  });
});

describe.each(MESSAGE_SHAPES)(
  'message $id',
  ({ id, examples, meaning, proves, provesNot, seenAt }) => {
    test.each(examples)('is recognised in %j, also as JSON within JSON', (example) => {
      expect(recognise(example).map((found) => found.id)).toContain(id);
      const quoted = JSON.stringify({ message: example });
      expect(recognise(quoted).map((found) => found.id)).toContain(id);
    });

    test('has an example, a place, and sentences without full stop', () => {
      expect(examples.length).toBeGreaterThan(0);
      expect(seenAt.length).toBeGreaterThan(0);
      for (const sentence of [meaning, proves, provesNot]) expect(sentence).toMatch(/^\S.*[^.]$/);
    });
  },
);

test.each([
  ['a pod that starts', 'Successfully assigned media/jellyfin-0 to talos-1'],
  ['a probe that went well', 'GRPC response: {"ready":{"value":true}}'],
  ['an empty line', ''],
])('nothing is recognised in %s', (_what, text) => {
  expect(recognise(text)).toEqual([]);
});

test.each([
  'connect ECONNREFUSED /csi-data/csi.sock',
  'dial unix /csi-data/csi.sock: connect: connection refused',
])('a refusal by a unix socket says nothing of an address: %s', (text) => {
  expect(recognise(text).map(({ id }) => id)).toEqual(['csi-socket-missing']);
});

describe('mergeMessages()', () => {
  const event = (text: string, firstUnixMs: number, count: number) =>
    messageOf(
      {
        where: 'event',
        about: POD,
        reason: 'FailedMount',
        count,
        firstUnixMs,
        lastUnixMs: firstUnixMs + 10,
      },
      text,
    );

  test('adds counts and keeps the earliest and the latest time', () => {
    const merged = mergeMessages([
      event('mount.nfs: Connection timed out after 31 s', 100, 3),
      event('mount.nfs: Connection timed out after 30 s', 50, 2),
    ]);
    expect(merged).toMatchObject([{ count: 5, firstUnixMs: 50, lastUnixMs: 110 }]);
  });

  test('keeps apart what names different addresses', () => {
    const merged = mergeMessages([
      event('connect ECONNREFUSED 10.0.0.210:443', 1, 1),
      event('connect ECONNREFUSED 10.0.0.211:443', 1, 1),
    ]);
    expect(merged).toHaveLength(2);
  });
});

describe('readLog()', () => {
  const lines = [
    '2026-01-01T02:41:00.5Z I0101 02:41:00.500000       1 common.go:138] Probing CSI driver for readiness',
    '2026-01-01T02:41:05.5Z E0101 02:41:05.500000       1 csi-provisioner.go:218] CSI driver probe failed: rpc error: code = FailedPrecondition desc = TrueNAS api is unavailable: {"errors":{"v2":"AxiosError: timeout of 5000ms exceeded"},"responses":{}}',
    '2026-01-01T02:42:05.5Z E0101 02:42:05.500000       1 csi-provisioner.go:218] CSI driver probe failed: rpc error: code = FailedPrecondition desc = TrueNAS api is unavailable: {"errors":{"v2":"AxiosError: timeout of 5000ms exceeded"},"responses":{}}',
  ];

  test('keeps lines of known shape, equal ones as one with their times', () => {
    const [message, ...more] = readLog(lines.join('\n'), {
      about: POD,
      container: 'external-provisioner',
    });
    expect(more).toEqual([]);
    expect(message).toMatchObject({
      where: 'log',
      container: 'external-provisioner',
      count: 2,
      firstUnixMs: Date.parse('2026-01-01T02:41:05.5Z'),
      lastUnixMs: Date.parse('2026-01-01T02:42:05.5Z'),
    });
    expect(signaturesOf(message ? [message] : []).map(({ id, count }) => [id, count])).toEqual([
      ['axios-timeout-5000', 2],
      ['truenas-api-unavailable', 2],
      ['csi-probe-failed', 2],
    ]);
  });
});
