/** Time as the program sees it; tests pass their own. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Resolves after `ms`, or throws the abort reason. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
}
