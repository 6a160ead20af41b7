import { OutsideError } from '../model/outside-error.ts';
import type { Clock } from '../ports/clock.ts';
import type { ShellAnswer, Vantage } from '../ports/vantage.ts';
import {
  newNonce,
  type ScriptPart,
  type SectionAnswer,
  scriptOf,
  sectionReader,
} from './section.ts';

/** A table of a million routes prints about 100 MB; all of a homelab's host some 50 kB. */
const OUTPUT_LIMIT_BYTES = 64 * 1024 * 1024;

interface Ending {
  readonly why: string;
  readonly next?: string;
}

/**
 * Runs sections on a host, in one trip. Never rejects. Each section is told once: as it arrives,
 * or at the end as unread, with why.
 */
export async function runScript(
  vantage: Vantage,
  {
    parts,
    clock,
    signal,
    onAnswer,
  }: {
    parts: readonly ScriptPart[];
    clock: Clock;
    signal: AbortSignal;
    onAnswer: (answer: SectionAnswer) => void;
  },
): Promise<void> {
  const nonce = newNonce();
  const unread = new Set(parts.flatMap((part) => ('id' in part ? [part.id] : [])));
  const reader = sectionReader(nonce, {
    now: () => vantage.readAtUnixMs ?? clock.now(),
    onSection(answer) {
      unread.delete(answer.id);
      onAnswer(answer);
    },
  });
  const ending = await run(vantage, scriptOf(parts, nonce), {
    signal,
    onOutput: (text) => reader.push(text),
  });
  const hanging = reader.unfinished();
  for (const id of unread) {
    const { why, next } = ending;
    const whole = id === hanging ? `${why}; it had begun` : why;
    onAnswer({ is: 'unread', id, why: whole, ...(next === undefined ? {} : { next }) });
  }
}

/** How it ended, in case something is still unread then. */
async function run(
  vantage: Vantage,
  script: string,
  options: { signal: AbortSignal; onOutput: (text: string) => void },
): Promise<Ending> {
  try {
    return endingOf(await vantage.sh(script, { ...options, limitBytes: OUTPUT_LIMIT_BYTES }));
  } catch (error) {
    if (options.signal.aborted) {
      return { why: `no answer from ${vantage.url} before we stopped waiting` };
    }
    if (error instanceof OutsideError) {
      return { why: error.message, ...(error.next === undefined ? {} : { next: error.next }) };
    }
    return { why: String(error) };
  }
}

function endingOf({ truncated, exitCode, stderr }: ShellAnswer): Ending {
  if (truncated) {
    const megabytes = OUTPUT_LIMIT_BYTES / 1024 / 1024;
    return { why: `the output was cut off after ${megabytes} MiB` };
  }
  const [last = ''] = stderr.trim().split('\n').slice(-1);
  const code = exitCode === undefined ? 'was killed' : `ended with ${exitCode}`;
  return {
    why: `the script ${code} before it came to this${last ? `: ${last.slice(0, 200)}` : ''}`,
  };
}
