import { type ProblemLog, problemLog } from './reading.ts';

/**
 * Objects of the shape that `ip -j` prints, whichever form they were printed in. Readers of text
 * make the same objects, so that one builder turns both into the model.
 */
export interface Items {
  readonly values: readonly unknown[];
  readonly log: ProblemLog;
  /** Reports what is wrong with one of the values, by its index. */
  complain(index: number, why: string): void;
}

/** Whether a text is meant as JSON; `ip` prints an object or a list, text never begins so. */
export function looksLikeJson(text: string): boolean {
  return /^\s*[[{]/.test(text);
}

/** Items made from lines of text. */
export function lineItems(
  values: readonly unknown[],
  lines: readonly { readonly line: number; readonly text: string }[],
  log: ProblemLog,
): Items {
  return {
    values,
    log,
    complain(index, why) {
      const at = lines[index];
      log.add(at?.line ?? 0, at?.text ?? '', why);
    },
  };
}

/**
 * The objects in what `ip -j` printed, also where that is not JSON.
 *
 * Before iproute2 5.0 a route with a type came out as `{"broadcast","dst":…}`; control characters
 * were not escaped before 2026; a table that does not exist gives a lone `[`; a batch prints one
 * list after another. Sources: iproute2 issue 37, commits 07366177 and 9e992607.
 */
export function jsonItems(text: string): Items {
  const log = problemLog();
  const values = parsed(text);
  if (values) return itemsOf(text, values, log);

  const source = escapeControls(text.replace(/\{\s*"([\w-]+)"\s*,/g, '{"type":"$1",'));
  const repaired = parsed(source);
  if (repaired) return itemsOf(source, repaired, log);
  const spans = objectSpans(source);
  const kept = spans.complete.flatMap(([start, end]) => parsed(source.slice(start, end)) ?? []);
  if (kept.length < spans.complete.length || spans.rest !== undefined) {
    const offset = spans.rest ?? 0;
    const why =
      spans.complete.length === 0
        ? 'the list is not finished: the table does not exist, or the output was cut'
        : 'this is not valid JSON, or the output was cut';
    log.add(lineAt(source, offset), source.slice(offset, offset + 500), why);
  }
  return itemsOf(source, kept, log);
}

function itemsOf(text: string, values: readonly unknown[], log: ProblemLog): Items {
  let spans: readonly (readonly [number, number])[] | undefined;
  return {
    values,
    log,
    complain(index, why) {
      spans ??= objectSpans(text).complete;
      const [start, end] = spans[index] ?? [0, text.length];
      log.add(lineAt(text, start), text.slice(start, end), why);
    },
  };
}

function parsed(text: string): readonly unknown[] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : [value];
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function escapeControls(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

/** Where the outermost objects begin and end, and where an unfinished rest begins. */
function objectSpans(text: string): {
  readonly complete: readonly (readonly [number, number])[];
  readonly rest: number | undefined;
} {
  const complete: [number, number][] = [];
  let lists = 0;
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === OPEN_BRACE) start = at;
    at = endOf(text, at);
    if (at < 0) return { complete, rest: start };
    if (code === OPEN_BRACE) complete.push([start, at + 1]);
    else if (code === OPEN_LIST) lists += 1;
    else if (code === CLOSE_LIST) lists -= 1;
  }
  const last = complete.at(-1)?.[1] ?? 0;
  return { complete, rest: lists === 0 && complete.length > 0 ? undefined : last };
}

/** Last place of the object or string that begins at `at`, -1 where it was cut; else `at` itself. */
function endOf(text: string, at: number): number {
  const code = text.charCodeAt(at);
  if (code === OPEN_BRACE) return endOfObject(text, at);
  return code === QUOTE ? endOfString(text, at) : at;
}

function endOfObject(text: string, start: number): number {
  let braces = 0;
  for (let at = start; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === OPEN_BRACE) braces += 1;
    else if (code === CLOSE_BRACE) braces -= 1;
    else if (code === QUOTE) at = endOfString(text, at);
    if (at < 0) return -1;
    if (braces === 0) return at;
  }
  return -1;
}

function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) return at;
    if (code === BACKSLASH) at += 1;
  }
  return -1;
}

const QUOTE = 34;
const BACKSLASH = 92;
const OPEN_LIST = 91;
const CLOSE_LIST = 93;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;

function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) {
    line += 1;
  }
  return line;
}
