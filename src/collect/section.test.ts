import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  harmless,
  newNonce,
  quoted,
  type SectionAnswer,
  scriptOf,
  sectionReader,
} from './section.ts';

const NONCE = 'abc123';

function readAll(pieces: readonly string[]) {
  const answers: SectionAnswer[] = [];
  const reader = sectionReader(NONCE, { now: () => 7, onSection: (one) => answers.push(one) });
  for (const piece of pieces) reader.push(piece);
  return { answers, reader };
}

const frame = (id: string, stdout: string, stderr = '', status = '0 12.34') =>
  `\n${NONCE}>${id}\n${stdout}\n${NONCE}:${status}\n${stderr}\n${NONCE}<\n`;

describe('sectionReader()', () => {
  test('tells output, errors, exit code and the uptime of the host', () => {
    const { answers } = readAll([frame('one', 'a\nb', 'oh', '2 12.34')]);
    expect(answers).toEqual([
      {
        is: 'read',
        id: 'one',
        stdout: 'a\nb',
        stderr: 'oh',
        exitCode: 2,
        hostUptimeMs: 12_340,
        readAtUnixMs: 7,
      },
    ]);
  });

  test('takes a host without an uptime', () => {
    const { answers } = readAll([frame('one', 'a', '', '0 ')]);
    expect(answers).toEqual([
      { is: 'read', id: 'one', stdout: 'a', stderr: '', exitCode: 0, readAtUnixMs: 7 },
    ]);
  });

  test('gives the same sections wherever the output is cut into pieces', () => {
    const texts = fc.array(fc.string({ unit: 'grapheme' }), { maxLength: 4 });
    const cuts = fc.array(fc.nat({ max: 300 }), { maxLength: 12 });
    fc.assert(
      fc.property(texts, cuts, (outputs, at) => {
        const whole = outputs.map((text, id) => frame(`s${id}`, text, text)).join('');
        const places = [0, ...at.toSorted((a, b) => a - b), whole.length];
        const pieces = places.slice(1).map((end, index) => whole.slice(places[index], end));
        expect(readAll(pieces).answers).toEqual(readAll([whole]).answers);
        expect(readAll(pieces).answers.length).toBe(outputs.length);
      }),
    );
  });

  test('names the section that began and did not end', () => {
    const { answers, reader } = readAll([frame('one', 'a'), `\n${NONCE}>two\nhalf`]);
    expect(answers.map(({ id }) => id)).toEqual(['one']);
    expect(reader.unfinished()).toBe('two');
  });

  test('does not take marks of another run, or words before the first mark', () => {
    const { answers } = readAll(['welcome\n\nffff>x\n1\nffff:0 1\n\nffff<\n', frame('one', 'a')]);
    expect(answers.map(({ id }) => id)).toEqual(['one']);
  });
});

describe('harmless()', () => {
  test.each([
    { text: 'a\tb\nc', is: 'a\tb\nc', why: 'lines and tabs stay' },
    { text: 'a\u001b[31mb\u0007\r', is: 'a[31mb', why: 'nothing reaches the terminal' },
    { text: '"a\\u001b[2Jb"', is: '"a[2Jb"', why: 'also as an escape of JSON' },
    { text: '"a\\\\u001b"', is: '"a\\\\u001b"', why: 'an escaped backslash is no escape' },
    { text: '"\\u00e9\\n"', is: '"\\u00e9\\n"', why: 'letters and line ends stay' },
  ])('gives $is: $why', ({ text, is }) => {
    expect(harmless(text)).toBe(is);
  });
});

describe('quoted()', () => {
  test.each([
    { text: '10.0.0.210', is: '10.0.0.210' },
    { text: 'a b', is: "'a b'" },
    { text: "it's $(x)", is: "'it'\\''s $(x)'" },
    { text: '', is: "''" },
  ])('makes $is of one word', ({ text, is }) => {
    expect(quoted(text)).toBe(is);
  });
});

test('newNonce() gives a word of its own each time', () => {
  expect(newNonce()).toMatch(/^[0-9a-f]{24}$/);
  expect(newNonce()).not.toBe(newNonce());
});

test('scriptOf() is one compound command, which does nothing when it is cut off', () => {
  const script = scriptOf([{ id: 'a', code: "echo 'x'" }, { setUp: 'y=1' }], NONCE);
  expect(script.startsWith('{\n')).toBe(true);
  expect(script.endsWith('exit 0\n}\n')).toBe(true);
  expect(script).toContain(`s a 'echo '\\''x'\\'''`);
});
