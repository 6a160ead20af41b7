import { describe, expect, test } from 'vitest';
import { humanDuration } from './human-duration.ts';
import { valuesAt } from './json-path.ts';
import { podPrinter } from './pod.ts';

describe('humanDuration()', () => {
  test.each([
    [-5000, '<invalid>'],
    [-500, '0s'],
    [119_000, '119s'],
    [120_000, '2m'],
    [599_000, '9m59s'],
    [600_000, '10m'],
    [10_799_000, '179m'],
    [10_800_000, '3h'],
    [28_740_000, '7h59m'],
    [172_799_000, '47h'],
    [172_800_000, '2d'],
    [190_800_000, '2d5h'],
    [63_000_000_000, '729d'],
    [63_158_400_000, '2y1d'],
  ])('shows %d ms as %s', (ms, text) => {
    expect(humanDuration(ms)).toBe(text);
  });
});

describe('valuesAt()', () => {
  const object = {
    spec: { a: [1, 2], on: true },
    status: { conditions: [{ type: 'Ready', reason: 'Fine' }, { type: 'Other' }] },
  };

  test.each([
    ['.spec.on', [true]],
    ['.spec.a[1]', [2]],
    ['.spec.a[*]', [1, 2]],
    ['.status.conditions[?(@.type == "Ready")].reason', ['Fine']],
    ['.spec.none.deeper', []],
  ])('at %s are %j', (path, values) => {
    expect(valuesAt(object, path)).toEqual(values);
  });

  test('refuses what it cannot read', () => {
    expect(() => valuesAt({}, '.a..b')).toThrow(SyntaxError);
  });
});

describe('podPrinter', () => {
  const NOW = Date.parse('2026-01-01T01:00:00Z');
  const row = (status: object, metadata: object = {}): readonly unknown[] =>
    podPrinter
      .cells(
        {
          apiVersion: 'v1',
          kind: 'Pod',
          metadata: { name: 'p', creationTimestamp: '2026-01-01T00:00:00Z', ...metadata },
          spec: { containers: [{}, {}], initContainers: [{}] },
          status,
        },
        NOW,
      )
      .slice(1, 5);
  const running = { state: { running: {} }, ready: true, restartCount: 0 };
  const waits = (reason: string) => ({
    state: { waiting: { reason } },
    ready: false,
    restartCount: 3,
  });
  const initDone = { state: { terminated: { exitCode: 0 } } };

  test.each([
    {
      when: 'all run',
      status: {
        phase: 'Running',
        initContainerStatuses: [initDone],
        containerStatuses: [running, running],
      },
      is: ['2/2', 'Running', '0', '60m'],
    },
    {
      when: 'one waits, restarted a while ago',
      status: {
        phase: 'Running',
        initContainerStatuses: [initDone],
        containerStatuses: [
          running,
          {
            ...waits('CrashLoopBackOff'),
            lastState: { terminated: { finishedAt: '2026-01-01T00:58:00Z' } },
          },
        ],
      },
      is: ['1/2', 'CrashLoopBackOff', '3 (2m ago)', '60m'],
    },
    {
      when: 'an init container has not run',
      status: {
        phase: 'Pending',
        initContainerStatuses: [waits('PodInitializing')],
        containerStatuses: [],
      },
      is: ['0/2', 'Init:0/1', '3', '60m'],
    },
    {
      when: 'it ended in an error',
      status: {
        phase: 'Failed',
        initContainerStatuses: [initDone],
        containerStatuses: [{ state: { terminated: { exitCode: 3 } }, restartCount: 0 }],
      },
      is: ['0/2', 'ExitCode:3', '0', '60m'],
    },
    {
      when: 'it was evicted',
      status: { phase: 'Failed', reason: 'Evicted' },
      is: ['0/2', 'Evicted', '0', '60m'],
    },
  ])('when $when prints $is', ({ status, is }) => {
    expect(row(status)).toEqual(is);
  });

  test('says that a pod is on its way out', () => {
    const status = {
      phase: 'Running',
      initContainerStatuses: [initDone],
      containerStatuses: [running, running],
    };
    expect(row(status, { deletionTimestamp: 'soon' })[1]).toBe('Terminating');
  });
});
