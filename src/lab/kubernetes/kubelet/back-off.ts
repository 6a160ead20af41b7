/** How long the kubelet waits before it starts a container again that keeps ending. */
export interface BackOff {
  /** Milliseconds still to wait for a container that ended at `finishedUnixMs`; 0: at once. */
  remainingMs(finishedUnixMs: number, nowUnixMs: number): number;
  /** The wait that is in force, in milliseconds. */
  currentMs(): number;
  /** A restart happens now: the next wait is twice as long. */
  advance(nowUnixMs: number): void;
}

const INITIAL_MS = 10_000;
export const MAX_MS = 300_000;
/** After so long without a restart the count begins anew. Not scaled: it measures running. */
const FORGET_MS = 600_000;

/**
 * 10 s doubling to 5 min; the first restart is immediate.
 *
 * @param scale Real waits are this many times shorter; 1 is the real kubelet.
 *
 * Source: kubernetes pkg/kubelet, doBackOff; client-go util/flowcontrol/backoff.go.
 */
export function createBackOff(scale: number): BackOff {
  let entry: { readonly waitMs: number; readonly updatedUnixMs: number } | undefined;
  const isForgotten = (now: number): boolean =>
    entry === undefined || now - entry.updatedUnixMs > FORGET_MS;
  return {
    remainingMs(finishedUnixMs, now) {
      if (!entry || isForgotten(now)) return 0;
      return Math.max(0, finishedUnixMs + entry.waitMs - now);
    },
    currentMs: () => entry?.waitMs ?? 0,
    advance(now) {
      const waitMs =
        !entry || isForgotten(now)
          ? INITIAL_MS / scale
          : Math.min(entry.waitMs * 2, MAX_MS / scale);
      entry = { waitMs, updatedUnixMs: now };
    },
  };
}

/** A duration as Go prints it: `1m20s`, `5m0s`, `333ms`. */
export function goDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)}ms`;
  const seconds = Math.round(ms / 100) / 10;
  if (seconds < 60) return `${seconds}s`;
  const minutes = Math.trunc(seconds / 60);
  return `${minutes}m${Math.round(seconds - minutes * 60)}s`;
}
