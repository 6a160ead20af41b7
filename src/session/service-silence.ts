import type { Probe } from '../model/observation.ts';
import type { Clock } from '../ports/clock.ts';

/** Past the 5 s that a CSI driver waits for the API, and before our own probes give up. */
const SERVICE_SILENCE_MS = 5050;

/**
 * Whether a service has accepted a connection and not been silent long enough to be called
 * silent. Its sockets tell the most just before the client gives up.
 *
 * @param wake Called when the longest of such waits is over.
 */
export function waitForSilence(
  probes: readonly Probe[],
  {
    clock,
    signal,
    wake,
  }: { readonly clock: Clock; readonly signal: AbortSignal; readonly wake: () => void },
): boolean {
  const waits = probes
    .filter(({ outcome, elapsedMs }) => outcome === 'silent' && elapsedMs < SERVICE_SILENCE_MS)
    .map(({ atUnixMs }) => atUnixMs + SERVICE_SILENCE_MS - clock.now());
  const waitMs = Math.max(0, ...waits);
  if (waitMs > 0) clock.wait(waitMs, signal).then(wake, () => {});
  return waitMs > 0;
}
