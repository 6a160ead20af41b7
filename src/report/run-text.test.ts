import { expect, test } from 'vitest';
import { timeline } from './run-text.ts';

test('timeline() shows what a far host printed without letting it command the terminal', () => {
  const why = 'Cannot do "x": \u001b[2J\rall is well\n\u009b31m';
  expect(timeline([{ is: 'failed', at: 0, step: 'x', why }], 0)).toEqual([
    expect.stringMatching(/ {2}x: failed: Cannot do "x": \?\[2J\?all is well\?\?31m$/),
  ]);
});
