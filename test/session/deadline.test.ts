import { describe, expect, test } from 'vitest';
import { OutsideError } from '../../src/model/outside-error.ts';
import { systemClock } from '../../src/platform/clock.ts';
import type { Vantage } from '../../src/ports/vantage.ts';
import { type DiagnoseResult, runDiagnosis } from '../../src/session/diagnose-session.ts';
import type { DiagnoseRequest } from '../../src/session/request.ts';

const DEADLINE_MS = 300;

const request: DiagnoseRequest = {
  from: 'ssh://client',
  to: 'ssh://admin@10.0.0.210',
  addresses: [],
  ports: [2049],
  controls: ['10.0.0.1'],
  compare: [],
  deadlineMs: DEADLINE_MS,
  probeTimeoutMs: 200,
  vantage: {},
};

/** A host of which only `sh` is of interest. */
function fakeVantage(url: string, sh: Vantage['sh']): Vantage {
  const hostId = url.replace(/^ssh:\/\/(.*@)?/, '');
  return { url, hostId, addresses: [], sh, close: async () => {} };
}

function never(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

async function timed(
  open: (url: string, signal: AbortSignal) => Promise<Vantage>,
  interrupt = new AbortController(),
) {
  const began = performance.now();
  const result: DiagnoseResult = await runDiagnosis(
    request,
    { clock: systemClock, openVantage: (url, _options, signal) => open(url, signal) },
    { signal: interrupt.signal },
  );
  return { ...result, tookMs: performance.now() - began };
}

describe('runDiagnosis() ends by its deadline', () => {
  test('when no vantage ever opens', async () => {
    const { diagnosis, snapshot, tookMs } = await timed((_url, signal) => never(signal));
    expect(diagnosis.verdict).toBe('cannot-tell');
    expect(snapshot.failedVantages.map(({ why }) => why)).toEqual([
      'no answer before the deadline',
      'no answer before the deadline',
    ]);
    expect(tookMs).toBeLessThan(DEADLINE_MS * 5);
  });

  test('and does not lay to it what was interrupted', async () => {
    const interrupt = new AbortController();
    const { snapshot } = await timed((_url, signal) => {
      interrupt.abort(new Error('interrupted'));
      return signal.aborted ? Promise.reject(signal.reason) : never(signal);
    }, interrupt);
    expect(new Set(snapshot.failedVantages.map(({ why }) => why))).toEqual(
      new Set(['interrupted before it answered']),
    );
  });

  test('when hosts open and then never answer', async () => {
    const { diagnosis, snapshot, tookMs } = await timed(async (url) =>
      fakeVantage(url, (_script, { signal }) => never(signal)),
    );
    expect(diagnosis.verdict).toBe('cannot-tell');
    const facts = snapshot.hosts['client'];
    expect(facts?.network.rules.ipv4).toMatchObject({ seen: false });
    expect(diagnosis.notSeen.length).toBeGreaterThan(0);
    expect(tookMs).toBeLessThan(DEADLINE_MS * 5);
  });

  test('when hosts answer garbage', async () => {
    const { diagnosis, snapshot } = await timed(async (url) =>
      fakeVantage(url, async (_script, { onOutput }) => {
        const stdout = '\u0000\u001b[2J{"lo":[[[\n'.repeat(1000);
        onOutput?.(stdout);
        return { stdout, stderr: 'whatever', exitCode: 0, truncated: false };
      }),
    );
    expect(diagnosis.verdict).toBe('cannot-tell');
    expect(diagnosis.findings).toEqual([]);
    expect(snapshot.hosts['client']?.network.links).toMatchObject({ seen: false });
  });

  test('when looking fails, with what to do about it', async () => {
    const { diagnosis } = await timed(async (url) => {
      throw new OutsideError({ doing: `log in to ${url}`, found: 'refused', next: 'ssh -v' });
    });
    expect(diagnosis.notSeen).toContainEqual({
      what: 'ssh://client: Cannot log in to ssh://client: refused',
      next: 'ssh -v',
    });
    expect(diagnosis.next.length).toBeGreaterThan(0);
  });
});
