import { execFileSync, spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { can } from '../../../test/support/needs.ts';
import { OutsideError } from '../../model/outside-error.ts';
import { pasteChecksum } from '../../readers/paste.ts';
import { newPasteTag, pasteLine } from './paste-line.ts';
import { pasteVantage } from './paste-vantage.ts';
import { readPasted } from './read-pasted.ts';

/** What a shell prints for a line, typed as a person would. */
function typed(line: string, shell = 'sh'): string {
  const { stdout, stderr } = spawnSync(shell, ['-c', line], { encoding: 'utf8' });
  expect(stderr).toBe('');
  return stdout;
}

const odd = `printf 'tab\\there é "q" \\\\ $HOME %%\\n\\n'; seq 1 2000; echo oops >&2; exit 7`;

describe('a line that is pasted into a shell', () => {
  test.each(['sh', 'bash', ...(can('busybox') ? ['dash'] : [])])(
    'brings back output and exit code from %s, byte for byte',
    async (shell) => {
      const tag = newPasteTag();
      const pasted = await readPasted(typed(await pasteLine(odd, { tag }), shell), tag);
      const numbers = Array.from({ length: 2000 }, (_, at) => `${at + 1}\n`).join('');
      expect(pasted).toEqual({
        is: 'whole',
        tag,
        output: `tab\there é "q" \\ $HOME %\n\n${numbers}oops\n`,
        exitCode: 7,
      });
    },
  );

  test('is one line, without what a shell would expand', async () => {
    const line = await pasteLine(odd, { tag: newPasteTag() });
    expect(line).toMatch(/^echo [A-Za-z0-9+/=]+\|base64 -d\|gzip -dc\|sh$/);
    expect(await pasteLine(odd, { tag: newPasteTag(), sudo: true })).toMatch(/\|sudo sh$/);
  });

  test('prints lines that fit into 80 columns', async () => {
    const lines = typed(await pasteLine('seq 1 300', { tag: newPasteTag() })).split('\n');
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThan(80);
  });

  test('comes through a terminal of 40 columns that echoes and wraps', async () => {
    if (!can('python3')) return;
    const tag = newPasteTag();
    const line = await pasteLine('seq 1 300; exit 2', { tag });
    const program = `import pty,sys\npty.spawn(['/bin/sh','-ic',sys.argv[1]])`;
    const shown = execFileSync('python3', ['-c', program, line], { encoding: 'utf8' });
    const wrapped = shown.replace(/.{40}/g, '$&\n');
    expect(await readPasted(wrapped, tag)).toMatchObject({ is: 'whole', exitCode: 2 });
  });

  test('whose answer was cut off while it was packed is not taken for whole', async () => {
    const tag = newPasteTag();
    const [, data = ''] = /\.([A-Za-z0-9+/=]+)\./.exec(typed(await pasteLine(':', { tag }))) ?? [];
    const cut = data.slice(0, 24);
    const sum = String(pasteChecksum(1, cut)).padStart(4, '0');
    expect(await readPasted(`${tag}0001/0001.${cut}.${sum}`, tag)).toMatchObject({
      is: 'broken',
      why: expect.stringMatching(/no whole answer/),
    });
  });
});

describe('pasteVantage()', () => {
  const at = { url: 'paste:nas.txt', hostId: 'nas', nowUnixMs: 1_700_000_100_000 };

  /** The answer of a look in which one command was asked. */
  async function answer(clock: number | string, issued = 1_700_000_000_000): Promise<string> {
    const frame = `printf '\\nabc123>one\\nseen\\n\\nabc123:3 12.50\\nsaid\\nabc123<\\n'`;
    const code = `echo issued ${issued} abc123 ${clock}\n${frame}`;
    return typed(await pasteLine(code, { tag: newPasteTag() }));
  }
  const script = `{\nn=fff999\ns one 'echo seen'\ns two 'echo it'\\''s not there'\nexit 0\n}\n`;

  test('gives each section that was recorded, in the frame of whoever asks', async () => {
    const vantage = await pasteVantage(await answer(1_700_000_050), at);
    const signal = AbortSignal.timeout(1000);
    const { stdout, exitCode } = await vantage.sh(script, { signal, limitBytes: 1000 });
    expect(exitCode).toBe(0);
    expect(stdout).toBe(
      '\nfff999>one\nseen\n\nfff999:3 12.50\nsaid\nfff999<\n\nfff999>two\n\nfff999:127 \nthis was not asked in the pasted look\nfff999<\n',
    );
  });

  test.each([
    { when: 'is right', clock: 1_700_000_050, readAt: 1_700_000_050_500 },
    { when: 'is a second ahead of ours', clock: 1_700_000_101, readAt: 1_700_000_100_000 },
    { when: 'is an hour ahead', clock: 1_700_003_600, readAt: 1_700_000_000_000 },
    { when: 'is years behind', clock: 1_500_000_000, readAt: 1_700_000_000_000 },
    { when: 'is not told', clock: '', readAt: 1_700_000_000_000 },
  ])('is as old as it may be when the clock of the NAS $when', async ({ clock, readAt }) => {
    expect((await pasteVantage(await answer(clock), at)).readAtUnixMs).toBe(readAt);
  });

  test.each([
    {
      what: 'half an answer',
      text: async () => (await answer(1)).replace(/rp\w+\/.*\n/, ''),
      says: /missing or damaged|holds no answer/,
    },
    { what: 'nothing', text: async () => '', says: /it holds no answer/ },
    {
      what: 'the answer to another line',
      text: async () => typed(await pasteLine('echo hello', { tag: newPasteTag() })),
      says: /the answer to another line/,
    },
  ])('refuses $what, with what to do', async ({ text, says }) => {
    const error = await pasteVantage(await text(), at).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(OutsideError);
    expect((error as OutsideError).message).toMatch(says);
    expect((error as OutsideError).message).toContain('"nas.txt"');
    expect((error as OutsideError).next).toBeTruthy();
  });
});
