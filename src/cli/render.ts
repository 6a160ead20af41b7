import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import type { Diagnosis } from '../model/diagnosis.ts';
import { OutsideError } from '../model/outside-error.ts';
import { toJson } from '../report/json.ts';
import { toMarkdown } from '../report/markdown.ts';
import { toText } from '../report/text.ts';

export const FORMATS = ['text', 'json', 'markdown'] as const;
export type Format = (typeof FORMATS)[number];

/** A diagnosis in the format that was asked for; colour only where a person looks at it. */
export function render(diagnosis: Diagnosis, format: Format, verbose: boolean): string {
  if (format === 'json') return toJson(diagnosis);
  const utcOffsetMinutes = localOffsetMinutes(diagnosis.startedUnixMs);
  if (format === 'markdown') return toMarkdown(diagnosis, utcOffsetMinutes);
  return toText(diagnosis, { verbose, colour: hasColour(process.stdout), utcOffsetMinutes });
}

/** Minutes east of UTC here, at that time. */
export function localOffsetMinutes(unixMs: number): number {
  return -new Date(unixMs).getTimezoneOffset();
}

/** Colour only on a terminal, and never against NO_COLOR (no-color.org) or a dumb terminal. */
export function hasColour(stream: { readonly isTTY?: boolean }): boolean {
  return stream.isTTY === true && !process.env['NO_COLOR'] && process.env['TERM'] !== 'dumb';
}

/** Writes a file whole or not at all, so that a full disk leaves no half of one. */
export async function save(path: string, text: string): Promise<void> {
  const draft = `${path}.${process.pid}.tmp`;
  try {
    await writeFile(draft, text, { mode: 0o600 });
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined);
    const next = 'name a place in a folder that is there and can be written';
    throw new OutsideError({ doing: `write "${path}"`, found: reason(error), next, cause: error });
  }
}

/** The text of a file, or of standard input for `-`. */
export async function load(path: string): Promise<string> {
  try {
    if (path !== '-') return await readFile(path, 'utf8');
    let text = '';
    for await (const chunk of process.stdin.setEncoding('utf8')) text += chunk;
    return text;
  } catch (error) {
    throw new OutsideError({ doing: `read "${path}"`, found: reason(error), cause: error });
  }
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
