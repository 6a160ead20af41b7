import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { causes } from '../../src/causes/index.ts';
import { fixes } from '../../src/fixes/index.ts';

/** Files that are no fix of a host by themselves. */
const COMMONS = [
  'by-hand.ts',
  'csi-controllers-restart.ts',
  'app-restart.ts',
  'fix.ts',
  'index.ts',
  'lasting-pin.ts',
  'pin-boot-script.ts',
  'pin-names.ts',
  'pin-unit.ts',
  'preference-script.ts',
];

test('every fix file is in the catalogue, under its own name', () => {
  const files = readdirSync('src/fixes')
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .filter((name) => !COMMONS.includes(name))
    .map((name) => name.replace('.ts', ''));
  expect(fixes.map(({ id }) => id).toSorted()).toEqual(files.toSorted());
});

test('every fix that a cause names exists', () => {
  const known = new Set(fixes.map(({ id }) => id));
  const unknown = causes.flatMap((cause) =>
    cause.fixes.filter((id) => !known.has(id)).map((id) => `${cause.id}: ${id}`),
  );
  expect(unknown).toEqual([]);
});

describe.each(fixes)('fix $id', ({ id, title }) => {
  test('has a title that fits one line', () => {
    expect(title).toMatch(/^[A-Z].{0,58}[^.]$/);
  });

  test('is described for operators', () => {
    expect(readFileSync('docs/fixing.md', 'utf8')).toContain(`\`${id}\``);
  });
});
