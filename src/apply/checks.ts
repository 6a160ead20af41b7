import { OutsideError } from '../model/outside-error.ts';
import type { Check, Step } from '../model/plan.ts';
import type { HandContext } from './hand.ts';
import { runOn } from './shell-hand.ts';

/** What a check came to, as one line for people. */
export interface CheckResult {
  readonly ok: boolean;
  /** False where nothing is known: its command did not run. */
  readonly ran: boolean;
  readonly line: string;
}

/** tailscaled answers when it is done; a busy kernel or another daemon may lag behind. */
const SETTLE_MS = 5000;
const POLL_MS = 250;

/**
 * Makes the checks of a step, again and again until all are as predicted or the time is over.
 *
 * @throws {OutsideError} If a host cannot be reached.
 */
export async function makeChecks(
  { checks, hostName }: Pick<Step, 'checks' | 'hostName'>,
  context: HandContext,
): Promise<readonly CheckResult[]> {
  const { clock, signal } = context;
  const end = clock.now() + SETTLE_MS;
  // a clock that is set back must not make it wait for ever
  for (let looks = 1; ; looks += 1) {
    const results: CheckResult[] = [];
    for (const check of checks) results.push(await make(check, hostName, context));
    if (results.every(({ ok }) => ok) || clock.now() >= end || looks * POLL_MS > SETTLE_MS)
      return results;
    await clock.wait(POLL_MS, signal);
  }
}

async function make(check: Check, hostName: string, context: HandContext): Promise<CheckResult> {
  const script = `PATH=$PATH:/usr/sbin:/sbin\n${check.reads}\n`;
  const { stdout, stderr, exitCode } = await runOn({ ...context, vantage: check.vantage }, script);
  // what is not there must not be proven by a command that did not run
  const ran = exitCode !== undefined && exitCode < 126;
  return judgeCheck(check, hostName, { text: stdout.trim() || stderr.trim(), ran });
}

/** What a check came to, by what its command printed. */
export function judgeCheck(
  { reads, predicts, matches, lacks }: Check,
  hostName: string,
  { text, ran }: { readonly text: string; readonly ran: boolean },
): CheckResult {
  const ok =
    ran &&
    matches.every((pattern) => new RegExp(pattern).test(text)) &&
    !lacks.some((pattern) => new RegExp(pattern).test(text));
  const said = (text || (ran ? 'nothing' : 'was not run')).split('\n')[0]?.trim() ?? '';
  const line = `${hostName}$ ${reads}  =>  ${ok && matches.length === 0 ? predicts : said}`;
  return { ok, ran, line: ok ? line : `${line}  (expected: ${predicts})` };
}

/** The checks as the reason why a step is taken back. */
export function failedChecks(results: readonly CheckResult[]): OutsideError {
  const failed = results.filter(({ ok }) => !ok).map(({ line }) => line);
  return new OutsideError({ doing: 'prove the step', found: failed.join('; ') });
}
