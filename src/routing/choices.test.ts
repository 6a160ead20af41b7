import { describe, expect, test } from 'vitest';
import { everyOutcome } from './choices.ts';

describe('everyOutcome()', () => {
  test('runs once where nothing is asked', () => {
    expect(everyOutcome(() => 'only')).toEqual({ outcomes: ['only'], doubts: [] });
  });

  test('goes every combination of ways, the first ways first', () => {
    const { outcomes, doubts } = everyOutcome(
      ({ pick }) => `${pick(2, () => 'a')}${pick(3, () => 'b')}`,
    );
    expect(outcomes).toEqual(['00', '01', '02', '10', '11', '12']);
    expect(doubts).toEqual(['a', 'b']);
  });

  test('asks later questions only on the ways that lead there', () => {
    const { outcomes } = everyOutcome(({ pick }) =>
      pick(2, () => 'a') === 0 ? 'short' : `long ${pick(2, () => 'b')}`,
    );
    expect(outcomes).toEqual(['short', 'long 0', 'long 1']);
  });

  test('is told the same of one fact each time', () => {
    const { outcomes } = everyOutcome(({ settle }) => `${settle('fact', 2)}${settle('fact', 2)}`);
    expect(outcomes).toEqual(['00', '11']);
  });

  test('does not ask where there is but one way', () => {
    const { outcomes, doubts } = everyOutcome(({ pick }) => pick(1, () => 'none'));
    expect([outcomes, doubts]).toEqual([[0], []]);
  });

  test('stops at some thousand ways, and says so', () => {
    const { outcomes, doubts } = everyOutcome(({ pick }) => {
      for (let n = 0; n < 20; n++) pick(2, () => 'bit');
    });
    expect(outcomes.length).toBe(4096);
    expect(doubts.at(-1)).toMatch(/^more than 4096 combinations/);
  });
});
