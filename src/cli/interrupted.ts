/** Why a command ended early: Ctrl-C, or a signal to end. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';

  constructor() {
    super('interrupted');
  }
}

/** Node.js wraps the reason of an abort in an error of its own. */
export function isInterrupted(error: unknown): boolean {
  return (
    error instanceof Interrupted || (error instanceof Error && error.cause instanceof Interrupted)
  );
}

/** A signal that Ctrl-C aborts; once more ends the program the hard way. */
export function untilInterrupted(): AbortSignal {
  const interrupt = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.once(name, () => interrupt.abort(new Interrupted()));
  }
  return interrupt.signal;
}
