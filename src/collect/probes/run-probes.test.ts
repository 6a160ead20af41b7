import { describe, expect, test } from 'vitest';
import { fakeClock } from '../../../test/support/fake-clock.ts';
import { fakeVantage } from '../../../test/support/fake-vantage.ts';
import type { Probe } from '../../model/observation.ts';
import { OutsideError } from '../../model/outside-error.ts';
import type { AskNetwork, ProbeAnswer, ShellOptions, Vantage } from '../../ports/vantage.ts';
import { type ProbeOptions, type ProbeOrder, runProbes } from './run-probes.ts';

const TARGET: ProbeOrder = { role: 'target', probe: 'tcp', address: '10.0.0.210', port: 80 };
const CONTROL: ProbeOrder = { role: 'control', probe: 'tcp', address: '10.0.0.1', port: 80 };
const WEB: ProbeOrder = { role: 'target', probe: 'http', address: '10.0.0.210', port: 80 };

const told = ({ outcome, elapsedMs }: Probe) => `${outcome} ${elapsedMs}`;

/** What one line of the far side, or its silence, is told as. */
function start(vantage: Vantage, orders: readonly ProbeOrder[], more: Partial<ProbeOptions> = {}) {
  const clock = fakeClock();
  const stop = new AbortController();
  const answers: string[] = [];
  const done = runProbes(vantage, orders, {
    clock,
    signal: stop.signal,
    timeoutMs: 2000,
    onAnswer: (probe, place) => answers.push(`${place}: ${told(probe)}`),
    ...more,
  });
  return { clock, stop, answers, done };
}

describe('runProbes() with a program of ours on the host', () => {
  /** Answers of the far side, given when the test says so. */
  function agent() {
    const waiting: ((answer: ProbeAnswer) => void)[] = [];
    const probe: AskNetwork = (_, __, onStage) =>
      new Promise((resolve) => {
        waiting.push(resolve);
        onStage?.('sent');
      });
    return { vantage: fakeVantage({ sections: {} }, { probe }), waiting };
  }
  const answered: ProbeAnswer = {
    outcome: 'answered',
    startedUnixMs: 1,
    elapsedMs: 2,
    connectMs: 1,
  };

  test('tells each answer as it comes, and all in order at the end', async () => {
    const { vantage, waiting } = agent();
    const { answers, done } = start(vantage, [TARGET, CONTROL]);
    waiting[1]?.(answered);
    waiting[0]?.({ outcome: 'refused', startedUnixMs: 1, elapsedMs: 3, detail: 'ECONNREFUSED' });
    const probes = await done;
    expect(answers).toHaveLength(2);
    expect(probes).toMatchObject([
      {
        kind: 'probe',
        host: 'fake',
        role: 'target',
        probe: 'tcp',
        flow: { protocol: 'tcp', destination: '10.0.0.210', destinationPort: 80 },
        outcome: 'refused',
        detail: 'ECONNREFUSED',
        command: 'nc -vz -w 2 10.0.0.210 80',
      },
      { role: 'control', outcome: 'answered', connectMs: 1 },
    ]);
  });

  test('notes silence once, and replaces it by what comes later', async () => {
    const { vantage, waiting } = agent();
    const { clock, answers, done } = start(vantage, [TARGET], { noteSilenceAfterMs: 300 });
    await clock.advance(299);
    expect(answers).toEqual([]);
    await clock.advance(3);
    expect(answers).toEqual(['0: timed-out 302']);
    waiting[0]?.(answered);
    expect((await done).map(told)).toEqual(['answered 2']);
    await clock.advance(1000);
    expect(answers).toEqual(['0: timed-out 302', '0: answered 2']);
  });

  test('one that fails is a probe that was not made', async () => {
    const probe = () => Promise.reject(new OutsideError({ doing: 'ask', found: 'it ended' }));
    const { done } = start(fakeVantage({ sections: {} }, { probe }), [TARGET]);
    expect(await done).toMatchObject([{ outcome: 'not-run', detail: 'Cannot ask: it ended' }]);
  });
});

describe('runProbes() by the shell', () => {
  /** A far side that prints what the test says, when it says so. */
  function shell() {
    let print: (text: string) => void = () => undefined;
    let end: () => void = () => undefined;
    let fail: (error: unknown) => void = () => undefined;
    const sh = (script: string, { onOutput, signal }: ShellOptions) =>
      new Promise<{ stdout: string; stderr: string; exitCode: number; truncated: boolean }>(
        (resolve, reject) => {
          const nonce = /^n=(\w+)$/m.exec(script)?.[1];
          print = (line) => onOutput?.(`\n${nonce}=${line}\n`);
          end = () => resolve({ stdout: '', stderr: '', exitCode: 0, truncated: false });
          fail = reject;
          signal.addEventListener('abort', () => reject(signal.reason), { once: true });
        },
      );
    return {
      vantage: fakeVantage({ sections: {} }, { sh }),
      print: (line: string) => print(line),
      end: () => end(),
      fail: (error: unknown) => fail(error),
    };
  }

  test('tells each line as it comes', async () => {
    const far = shell();
    const { answers, done } = start(far.vantage, [TARGET, CONTROL]);
    far.print('sent 100.00');
    far.print('1 bash 0 100.00 100.01 +450');
    expect(answers).toEqual(['1: answered 0.45']);
    far.print('0 bash 124 100.00 102.01 ');
    far.end();
    expect((await done).map(told)).toEqual(['timed-out 2010', 'answered 0.45']);
  });

  test('notes silence only when the far side proves that we can hear it', async () => {
    const far = shell();
    const { clock, answers } = start(far.vantage, [TARGET, WEB], { noteSilenceAfterMs: 300 });
    far.print('sent 100.00');
    await clock.advance(1000);
    expect(answers).toEqual([]);
    far.print('alive 100.40');
    // the web request may have been accepted, so only the plain one is silence of the network
    expect(answers).toEqual(['0: timed-out 390']);
  });

  test('when we stop waiting, silence lasts until the last sign of life', async () => {
    const far = shell();
    const { stop, done } = start(far.vantage, [TARGET, WEB]);
    far.print('sent 100.00');
    far.print('alive 101.00');
    stop.abort();
    const probes = await done;
    expect(probes.map(told)).toEqual(['timed-out 990', 'not-run 0']);
  });

  test('without any sign of life nothing is said about the network', async () => {
    const far = shell();
    const { stop, done } = start(far.vantage, [TARGET]);
    far.print('sent 100.00');
    stop.abort();
    expect(await done).toMatchObject([
      { outcome: 'not-run', detail: 'we stopped waiting before it was heard of' },
    ]);
  });

  test('a vantage that fails is a probe that was not made', async () => {
    const far = shell();
    const { done } = start(far.vantage, [TARGET]);
    far.fail(new OutsideError({ doing: 'log in', found: 'the connection ended' }));
    expect(await done).toMatchObject([
      { outcome: 'not-run', detail: 'Cannot log in: the connection ended' },
    ]);
  });

  test('a far side that hangs is left at the deadline', async () => {
    const far = shell();
    const { clock, done } = start(far.vantage, [TARGET]);
    await clock.advance(10_000);
    expect(await done).toMatchObject([{ outcome: 'not-run' }]);
  });
});
