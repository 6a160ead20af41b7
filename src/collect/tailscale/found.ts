import { missing, seen } from '../../model/fact.ts';
import type { TailscaleElsewhere, TailscaleFacts } from '../../model/tailscale.ts';
import type { CollectContext } from '../collector.ts';
import { failureOf } from '../read.ts';
import type { SectionAnswer } from '../section.ts';
import type { FoundProcesses } from './sockets.ts';

/** How the processes are found by hand. */
export const FIND_TYPED = 'pgrep -x tailscaled';

const NEEDS_ROOT = 'look as root, or with --sudo';

/** Why something could not be seen, and what would reveal it. */
export interface Why {
  readonly why: string;
  readonly next?: string | undefined;
}

/** Reads the section that lists the processes; if it cannot be read, everything is missing. */
export function processesIn(
  answer: SectionAnswer,
  context: CollectContext,
): FoundProcesses | undefined {
  const failure = failureOf(answer, FIND_TYPED);
  if (failure || answer.is === 'unread') {
    const { why, next }: Why = failure && !failure.seen ? failure : { why: FIND_TYPED };
    putMissing(context, { why, next });
    context.update((facts) => ({ ...facts, tailscaleElsewhere: missing(why, next) }));
    return undefined;
  }
  const pidsOf = (word: string) => {
    const [, rest = ''] = new RegExp(`^${word}((?: \\d+)*)$`, 'm').exec(answer.stdout) ?? [];
    return rest.split(' ').filter(Boolean).map(Number);
  };
  return { own: pidsOf('own'), other: pidsOf('other'), hidden: pidsOf('hidden') };
}

export function put(context: CollectContext, better: Partial<TailscaleFacts>): void {
  context.update((facts) => ({ ...facts, tailscale: { ...facts.tailscale, ...better } }));
}

export function putMissing(context: CollectContext, { why, next }: Why): void {
  const nothing = missing<never>(why, next);
  put(context, { reachedBy: nothing, prefs: nothing, status: nothing });
}

/** Why the host's own tailscaled was not asked, as far as its processes tell. */
export function whyNotReached({ own, other, hidden }: FoundProcesses, tried: string): Why {
  const [pid] = [...hidden, ...own];
  if (hidden.length > 0) {
    return {
      why: `tailscaled runs (process ${pid}), but its socket is in a container: needs root`,
      next: NEEDS_ROOT,
    };
  }
  if (own.length > 0) return { why: `tailscaled runs (process ${pid}), but: ${tried}` };
  const elsewhere = other.length > 0 ? ', only in networks of their own' : '';
  return { why: `no tailscaled runs in the network of this host${elsewhere}` };
}

export function putElsewhere(
  context: CollectContext,
  { hidden }: FoundProcesses,
  elsewhere: readonly TailscaleElsewhere[],
): void {
  const unsure = elsewhere.length === 0 && hidden.length > 0;
  context.update((facts) => ({
    ...facts,
    tailscaleElsewhere: unsure
      ? missing(`whose network process ${hidden[0]} is in cannot be told: needs root`, NEEDS_ROOT)
      : seen([...elsewhere], FIND_TYPED, context.clock.now()),
  }));
}
