/** Time as the moving parts of the cluster see it; tests bring their own. */
export interface Timer {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls once, `ms` from now, unless the returned function was called before. */
  after(ms: number, run: () => void): () => void;
}

export const realTimer: Timer = {
  now: () => Date.now(),
  after(ms, run) {
    const timeout = setTimeout(run, ms);
    return () => clearTimeout(timeout);
  },
};

/** Resolves after `ms`, or rejects with the abort reason. */
export function wait(timer: Timer, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const stop = (): void => {
      cancel();
      reject(signal.reason);
    };
    const cancel = timer.after(ms, () => {
      signal.removeEventListener('abort', stop);
      resolve();
    });
    signal.addEventListener('abort', stop, { once: true });
  });
}
