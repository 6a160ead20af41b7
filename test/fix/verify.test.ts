import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Lab, startLab } from '../../src/lab/start.ts';
import { Checklist } from '../../src/model/checklist.ts';
import { verify } from '../../src/session/verify.ts';
import { labRequest } from '../support/fixing.ts';
import { labSurroundings } from '../support/lab-diagnosis.ts';
import { describeWith } from '../support/needs.ts';

describeWith(['namespaces', 'ip', 'nft'], 'verify', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await startLab();
  });
  afterAll(() => lab?.stop());

  const go = (options: Partial<Parameters<typeof verify>[2]>, compare = 'pod') =>
    verify(labRequest(lab, { compare: [`lab://${lab.id}/${compare}`] }), labSurroundings(), {
      ...{ withinMs: 0, holdMs: 0, signal: AbortSignal.timeout(60_000) },
      ...options,
    });
  const ids = ({ lines }: Checklist, is: string) =>
    new Set(lines.filter((line) => line.is === is).map(({ id }) => id));

  test('is well, from node and pod network, with evidence for each line', async () => {
    const { checklist, held, looks } = await go({});
    expect(Checklist.parse(checklist)).toEqual(checklist);
    expect({ is: checklist.is, held, looks }).toEqual({ is: 'ok', held: true, looks: 1 });
    expect(ids(checklist, 'ok')).toEqual(
      new Set([
        'service-answers',
        'api-in-time',
        'replies-by-lan',
        'accept-routes-off',
        'nothing-captured',
      ]),
    );
    for (const { evidence } of checklist.lines) expect(evidence).toMatch(/ {2}=> {2}/);
    expect(new Set(checklist.lines.map(({ what }) => what.split(' ')[0])).size).toBeGreaterThan(2);
  });

  test('cannot tell where a client that it was given cannot be looked from', async () => {
    const { checklist } = await go({}, 'nobody');
    expect(checklist.is).toBe('unknown');
    expect(checklist.lines.filter(({ is }) => is !== 'ok')).toMatchObject([
      { id: 'service-answers', what: expect.stringContaining('/nobody reaches 10.0.0.210') },
    ]);
  });

  test('does not hold when it breaks meanwhile, and names what did', {
    timeout: 60_000,
  }, async () => {
    const looks: string[] = [];
    const end = await go({
      holdMs: 60_000,
      onLook: ({ is }) => {
        if (looks.push(is) === 1) void lab.break('accept-routes');
      },
    });
    expect(end).toMatchObject({ held: false, checklist: { is: 'bad' } });
    expect(looks[0]).toBe('ok');
    expect(ids(end.checklist, 'bad')).toContain('accept-routes-off');
    expect(ids(end.checklist, 'bad')).toContain('nothing-captured');
    await lab.mend('accept-routes');
  });

  /** Interrupted as soon as the n-th vantage is opened. */
  function interruptedAt(n: number, options: Partial<Parameters<typeof verify>[2]>) {
    const interrupt = new AbortController();
    const { openVantage, ...rest } = labSurroundings();
    let opened = 0;
    const counting: typeof openVantage = (...args) => {
      opened += 1;
      if (opened === n) interrupt.abort(new Error('interrupted'));
      return openVantage(...args);
    };
    const surroundings = { ...rest, openVantage: counting };
    const { signal } = interrupt;
    return verify(labRequest(lab), surroundings, { withinMs: 0, holdMs: 0, ...options, signal });
  }

  test('tells nothing of a first look that was broken off', async () => {
    await expect(interruptedAt(2, {})).rejects.toThrow('interrupted');
  });

  test('tells of the last whole look where a later one was broken off', async () => {
    const looks: string[] = [];
    const end = await interruptedAt(4, { holdMs: 60_000, onLook: ({ is }) => looks.push(is) });
    expect(end).toMatchObject({ held: false, looks: 1, checklist: { is: 'ok' } });
    expect(looks).toEqual(['ok']);
  });

  test('waits for it to become well, as long as it is given', { timeout: 60_000 }, async () => {
    await lab.break('accept-routes');
    const looks: string[] = [];
    const end = await go({
      withinMs: 60_000,
      onLook: ({ is }) => {
        if (looks.push(is) === 1) void lab.mend('accept-routes');
      },
    });
    expect(end).toMatchObject({ held: true, checklist: { is: 'ok' } });
    expect(looks[0]).toBe('bad');
  });
});
