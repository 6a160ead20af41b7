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
