/**
 * A signal that is aborted after `ms` milliseconds, or as soon as one of `signals` is. Its timer keeps
 * no program alive.
 *
 * `AbortSignal.timeout()` would not do: what `AbortSignal.any()` makes of it holds it weakly, so when
 * garbage is collected in between it never fires, and there is no bound at all. Seen with Node.js
 * 20.20; the timer here holds its own. Source: nodejs/node lib/internal/abort_controller.js.
 */
export function atMost(ms: number, ...signals: readonly AbortSignal[]): AbortSignal {
  const late = new AbortController();
  const timer = setTimeout(
    () => late.abort(new DOMException(`nothing came within ${ms} ms`, 'TimeoutError')),
    ms,
  );
  timer.unref();
  return signals.length === 0 ? late.signal : AbortSignal.any([...signals, late.signal]);
}
