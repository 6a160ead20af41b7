import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { diagnose } from '../../src/diagnose/diagnose.ts';
import { Snapshot } from '../../src/model/snapshot.ts';
import { toMarkdown } from '../../src/report/markdown.ts';
import { toText } from '../../src/report/text.ts';

test('a report does not let what a far host calls itself command the terminal', () => {
  const file = new URL('accept-routes.snapshot.json', import.meta.url);
  const hostile = readFileSync(file, 'utf8').replaceAll('talos-1', String.raw`talos\u001b[2J\r-1`);
  const diagnosis = diagnose(Snapshot.parse(JSON.parse(hostile)));
  const options = { verbose: true, colour: false, utcOffsetMinutes: 0 };
  for (const report of [toText(diagnosis, options), toMarkdown(diagnosis, 0)]) {
    expect(report).toContain('talos?[2J?-1');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    expect(report).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
  }
});
