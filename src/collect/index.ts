import type { Clock } from '../ports/clock.ts';
import type { ShellOptions, Vantage } from '../ports/vantage.ts';
import type { Collector } from './collector.ts';
import { type CollectedHost, draftOf } from './draft.ts';
import { linux } from './linux/linux.ts';
import { runScript } from './shell.ts';
import { tailscale } from './tailscale/tailscale.ts';
import { truenas } from './truenas/truenas.ts';

/** All that is read about a host, in the order in which the script reads it. */
export const collectors: readonly Collector[] = [linux, tailscale, truenas];

export interface CollectOptions {
  readonly clock: Clock;
  /** When aborted, what has not come yet becomes a missing fact. */
  readonly signal: ShellOptions['signal'];
  /** Called whenever more is known, with all that is known. */
  readonly onUpdate?: ((collected: CollectedHost) => void) | undefined;
}

/**
 * Reads everything about one host in one trip. Never rejects: what could not be read, for whatever
 * reason, is a missing fact that tells why.
 */
export async function collectHost(
  vantage: Vantage,
  { clock, signal, onUpdate }: CollectOptions,
): Promise<CollectedHost> {
  const draft = draftOf(vantage, () => onUpdate?.(draft.soFar()));
  const { update, observe } = draft;
  const sentAtUnixMs = vantage.readAtUnixMs ?? clock.now();
  const running = collectors.map((collector) =>
    collector.start({ vantage, clock, signal, sentAtUnixMs, update, observe }),
  );
  await runScript(vantage, {
    parts: [
      ...collectors.flatMap(({ first = [] }) => first),
      ...collectors.flatMap((collector) => collector.parts(vantage)),
    ],
    clock,
    signal,
    onAnswer(answer) {
      for (const collecting of running) collecting.take(answer);
    },
  });
  await Promise.all(running.map((collecting) => collecting.settled()));
  const { reachedAt } = vantage;
  const attempts = vantage.attempts?.();
  update((facts) => ({
    ...facts,
    ...(reachedAt === undefined ? {} : { reachedAt }),
    ...(attempts === undefined ? {} : { attempts: attempts.map((attempt) => ({ ...attempt })) }),
  }));
  return draft.soFar();
}
