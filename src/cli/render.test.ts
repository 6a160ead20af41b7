import { afterEach, describe, expect, test, vi } from 'vitest';
import { hasColour } from './render.ts';

describe('hasColour()', () => {
  afterEach(() => vi.unstubAllEnvs());

  test.each([
    { is: true, when: 'a person looks', isTTY: true, noColor: '', term: 'xterm' },
    { is: false, when: 'nobody looks', isTTY: false, noColor: '', term: 'xterm' },
    { is: false, when: 'NO_COLOR is set', isTTY: true, noColor: '1', term: 'xterm' },
    { is: false, when: 'the terminal is dumb', isTTY: true, noColor: '', term: 'dumb' },
  ])('is $is when $when', ({ is, isTTY, noColor, term }) => {
    vi.stubEnv('NO_COLOR', noColor);
    vi.stubEnv('TERM', term);
    expect(hasColour({ isTTY })).toBe(is);
  });
});
