import { OutsideError } from '../model/outside-error.ts';
import type { Change } from '../model/plan.ts';
import { atMost } from '../ports/at-most.ts';
import type { ShellAnswer } from '../ports/vantage.ts';
import { marked, readingScript, writingScript } from './guarded-script.ts';
import type { Hand, HandContext, Standing, Written } from './hand.ts';

type ShellChange = Extract<Change, { kind: 'shell' }>;

const OUTPUT_LIMIT_BYTES = 1024 * 1024;
/** A full routing table takes tailscaled seconds; what takes longer than this hangs. */
export const SCRIPT_MS = 30_000;

export const shellHand: Hand<ShellChange> = {
  reversible: true,

  async read(change, context) {
    const answer = await runOn(context, readingScript(change));
    const found = marked(answer.stdout, 'found');
    if (found !== undefined) return found;
    throw unreadable(context.vantage, answer);
  },

  judge: judgeText,

  async write(change, direction, context): Promise<Written> {
    const answer = await runOn(context, writingScript(change, direction, context.onlyIf));
    const found = marked(answer.stdout, 'found');
    if (found === undefined) throw unreadable(context.vantage, answer);
    const now = marked(answer.stdout, 'now') ?? found;
    const failure = marked(answer.stdout, 'failed');
    return { found, now, ...(failure === undefined ? {} : { failure: failure.slice(0, 400) }) };
  },
};

export function judgeText(
  { from, to, serves }: Pick<ShellChange, 'from' | 'to' | 'serves'>,
  value: string,
): Standing {
  if (value === to) return 'to';
  if (value === from) return 'from';
  return serves.includes(value) ? 'serves' : 'other';
}

/** Runs a script where the step is done, with a bound. */
export async function runOn(
  { reach, vantage: url, signal }: HandContext,
  script: string,
): Promise<ShellAnswer> {
  const bounded = atMost(SCRIPT_MS, signal);
  try {
    const vantage = await reach.vantage(url, bounded);
    return await vantage.sh(script, { signal: bounded, limitBytes: OUTPUT_LIMIT_BYTES });
  } catch (error) {
    signal.throwIfAborted();
    if (!bounded.aborted) throw error;
    throw new OutsideError({
      doing: `run a script on ${url}`,
      found: `it did not end within ${SCRIPT_MS / 1000} s`,
      cause: error,
    });
  }
}

function unreadable(url: string, { stderr, stdout, exitCode }: ShellAnswer): OutsideError {
  const [last = ''] = (stderr.trim() || stdout.trim()).split('\n').slice(-1);
  const code = exitCode === undefined ? 'it was killed' : `it ended with ${exitCode}`;
  return new OutsideError({
    doing: `read the present value on ${url}`,
    found: last.slice(0, 300) || code,
  });
}
