import { existsSync, readdirSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { collectHost, collectors } from '../../src/collect/index.ts';
import { HostFacts } from '../../src/model/host.ts';
import type { UnixHttpAsk, Vantage } from '../../src/ports/vantage.ts';
import { fakeClock } from '../support/fake-clock.ts';
import { type FakeHost, fakeVantage } from '../support/fake-vantage.ts';

const plain = fakeVantage({ sections: {} });
const withSockets: Partial<Vantage> = {
  unixHttp: ({ socketPaths }: UnixHttpAsk) =>
    Promise.resolve({ status: 200, body: '[]', socketPath: socketPaths[0] ?? '' }),
};

function idsOf(vantage: Vantage): string[] {
  return collectors.flatMap(({ first = [], parts }) =>
    [...first, ...parts(vantage)].flatMap((part) => ('id' in part ? [part.id] : [])),
  );
}

function collect(sections: FakeHost['sections'], more: Partial<Vantage> = {}) {
  return collectHost(fakeVantage({ sections }, more), {
    clock: fakeClock(),
    signal: AbortSignal.timeout(5000),
  });
}

test('every collector is in the catalogue, under its own name', () => {
  const folders = readdirSync('src/collect').filter((name) =>
    existsSync(`src/collect/${name}/${name}.ts`),
  );
  expect(collectors.map(({ id }) => id).toSorted()).toEqual(folders.toSorted());
});

test('no two sections have the same id', () => {
  const ids = idsOf(plain);
  expect(new Set(ids).size).toBe(ids.length);
});

describe.each(collectors)('collector $id', ({ id, first = [], parts }) => {
  test('names its sections after itself', () => {
    const sections = [...first, ...parts(plain)].filter((part) => 'id' in part);
    // one collector asks an API and nothing else
    if (id !== 'truenas') expect(sections.length).toBeGreaterThan(0);
    expect(sections.filter((part) => !part.id.startsWith(`${id}-`))).toEqual([]);
  });
});

describe.each([
  { who: 'the shell', more: {} },
  { who: 'a program of ours', more: withSockets },
])('collected by $who', ({ more }) => {
  test('nothing seen is nothing known, and every fact says why', async () => {
    const { facts } = await collect({}, more);
    expect(JSON.stringify(facts)).not.toContain('"seen":true');
    expect(JSON.stringify(facts)).not.toContain('not read yet');
  });

  test('whatever a host prints, there are facts that obey their schema', async () => {
    const words = fc.constantFrom(
      ...['10.0.0.1/24', 'dev', 'lookup', '52', '\n', '\t', '[', '{"dst":', '}', ']', ':', ' '],
      ...['default', 'own 1', '"', 'null', '-1', '\u001b', '0:', 'from', 'all', 'é', '\\u0000'],
    );
    const output = fc.oneof(
      fc.array(words, { maxLength: 40 }).map((list) => list.join('')),
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc.json(),
    );
    const section = fc.record({
      stdout: output,
      stderr: output,
      exitCode: fc.constantFrom(0, 1, 2, 124, 127, 255),
    });
    const ids = idsOf(plain);
    const host = fc.tuple(...ids.map(() => section));
    await fc.assert(
      fc.asyncProperty(host, async (outputs) => {
        const sections = Object.fromEntries(ids.map((id, at) => [id, outputs[at] ?? '']));
        const { facts } = await collect(sections, more);
        expect(HostFacts.safeParse(facts).error).toBeUndefined();
        expect(JSON.stringify(facts)).not.toMatch(/\\u00[01]/);
        expect(JSON.stringify(facts)).not.toContain('not read yet');
      }),
      { numRuns: 150 },
    );
  });
});
