import { type Applying, note, type RunResult, standNow, wordsOf } from '../apply/applying.ts';
import type { Checklist } from '../model/checklist.ts';
import { OutsideError } from '../model/outside-error.ts';
import { leftForLater } from '../model/run.ts';
import type { RunEnd, RunOptions } from './fix-session.ts';

/** How a run ended, and how all was after it. */
export type Ended = RunResult & Pick<RunEnd, 'checklist' | 'unseen'>;

/**
 * What was applied is looked at as a whole; what was taken back has nothing to prove. It stays
 * applied, whatever becomes of that look and of its line in the journal.
 */
export async function lookedAgain(
  result: RunResult,
  { applying, options: { verify } }: { applying: Applying; options: RunOptions },
): Promise<Ended> {
  if (result.outcome !== 'applied' || !verify) return result;
  const stand = standNow(applying);
  let checklist: Checklist;
  try {
    checklist = await verify(stand.plan, leftForLater(stand));
    // it may have become well later: that wait was broken off
    applying.signal.throwIfAborted();
  } catch (error) {
    if (!(error instanceof OutsideError || applying.signal.aborted)) throw error;
    return { ...result, unseen: wordsOf(error) };
  }
  const lines = checklist.lines.map(({ is, what, evidence }) => `${is}: ${what}: ${evidence}`);
  const at = applying.clock.now();
  await note(applying, { is: 'verified', at, ok: checklist.is === 'ok', lines });
  return { ...result, checklist };
}
