import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { pasteChecksum, readPaste } from './paste.ts';

const TAG = 'rpabc123';

function linesOf(payload: string, tag = TAG): string[] {
  const parts = payload.match(/.{1,48}/g) ?? [];
  const four = (number: number) => String(number).padStart(4, '0');
  return parts.map(
    (part, at) =>
      `${tag}${four(at + 1)}/${four(parts.length)}.${part}.${four(pasteChecksum(at + 1, part))}`,
  );
}

const payload = Array.from({ length: 500 }, (_, at) => 'ABCDabcd0189+/xyz'[(at * 7) % 17]).join('');
const lines = linesOf(payload);
const whole = { is: 'whole', tag: TAG, payload };

describe('readPaste()', () => {
  test.each([
    { how: 'as it was printed', text: lines.join('\n') },
    { how: 'with CR LF', text: lines.join('\r\n') },
    { how: 'in one line, as some terminals copy', text: lines.join(' ') },
    {
      how: 'with prompts around',
      text: `root@nas[~]# echo H4sI|sh\n${lines.join('\n')}\nroot@nas[~]# `,
    },
    { how: 'with every line twice', text: lines.flatMap((line) => [line, line]).join('\n') },
    { how: 'in another order', text: lines.toReversed().join('\n') },
    {
      how: 'with colours',
      text: lines.map((line) => `\u001b[32m${line}\u001b[0m\u001b[K`).join('\n'),
    },
    { how: 'indented and quoted', text: lines.map((line) => `   > ${line}`).join('\n') },
    {
      how: 'after a first try that was cut off',
      text: [...lines.slice(0, 4), '^C', ...lines].join('\n'),
    },
    {
      how: 'with a damaged copy beside the good one',
      text: [lines[2]?.replace('A', 'B'), ...lines].join('\n'),
    },
    {
      how: 'after the answer to another question',
      text: [...linesOf('b3RoZXI=', 'rpother1'), ...lines].join('\n'),
    },
  ])('takes it $how', ({ text }) => {
    expect(readPaste(text)).toEqual(whole);
  });

  test('takes it wrapped at any width', () => {
    fc.assert(
      fc.property(fc.integer({ min: 3, max: 100 }), (width) => {
        const wrapped = lines.map((line) =>
          (line.match(new RegExp(`.{1,${width}}`, 'g')) ?? []).join('\n'),
        );
        expect(readPaste(wrapped.join('\n'))).toEqual(whole);
      }),
    );
  });

  test('says which lines are missing', () => {
    const some = lines.filter((_, at) => ![1, 4, 5, 10].includes(at));
    expect(readPaste(some.join('\n'))).toMatchObject({
      is: 'broken',
      why: 'of its 11 lines, 2, 5-6 and 11 are missing or damaged',
    });
  });

  test('never takes a changed character for the right one', () => {
    fc.assert(
      fc.property(
        fc.nat({ max: lines.length - 1 }),
        fc.nat({ max: 70 }),
        fc.constantFrom(...'ABCxyz019+/=.'),
        (number, at, letter) => {
          const line = lines[number] ?? '';
          const changed = line.slice(0, at) + letter + line.slice(at + 1);
          const text = lines.map((one) => (one === line ? changed : one)).join('\n');
          const reading = readPaste(text, TAG);
          if (reading.is === 'whole') expect(reading.payload).toBe(payload);
        },
      ),
    );
  });

  test.each([
    { text: '', says: /it holds no answer/ },
    { text: 'zsh: command not found: base64', says: /it holds no answer/ },
    { text: `echo H4sIAAAAAAAAA|base64 -d|gzip -dc|sh`, says: /it holds no answer/ },
    {
      text: linesOf('b3RoZXI=', 'rpother1').join('\n'),
      says: /answers another question \(rpother1\)/,
    },
  ])('says why $text is none', ({ text, says }) => {
    expect(readPaste(text, TAG)).toMatchObject({ is: 'broken', why: expect.stringMatching(says) });
  });
});
