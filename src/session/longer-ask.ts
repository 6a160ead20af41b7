import type { ProbeOrder } from '../collect/probes/run-probes.ts';
import { shortSilence } from '../diagnose/short-silence.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { controlOrders, plainOrders } from './asks.ts';

/** More than probes need to start and to end, by which a patience is longer than it must be. */
const SPARE_MS = 500;

/**
 * Where a control was so slow that the silence of the server tells nothing yet: both asked again, for
 * as long as it takes and the deadline allows. On a busy machine the control may be faster then, and
 * the silence long enough as it was.
 */
export function longerAsk(
  snapshot: Snapshot,
  deadlineMs: number,
): { readonly orders: readonly ProbeOrder[]; readonly patienceMs: number } | undefined {
  const short = shortSilence(snapshot);
  if (!short) return undefined;
  const { serverAddresses, ports, controls } = snapshot.question;
  const leftMs = snapshot.startedUnixMs + deadlineMs - snapshot.endedUnixMs;
  const patienceMs = Math.min(short.neededMs + SPARE_MS, leftMs - SPARE_MS);
  const targets = serverAddresses.flatMap((one) => plainOrders(one, ports));
  return patienceMs > 0
    ? { orders: [...targets, ...controls.flatMap(controlOrders)], patienceMs }
    : undefined;
}
