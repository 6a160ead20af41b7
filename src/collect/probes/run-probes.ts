import type { Probe } from '../../model/observation.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ProbeAnswer, ProbeAsk, Vantage } from '../../ports/vantage.ts';
import { askByShell } from './by-shell.ts';
import { askByVantage } from './by-vantage.ts';
import { typedProbe } from './typed-probe.ts';

/** One probe to make. */
export interface ProbeOrder extends Omit<ProbeAsk, 'timeoutMs'> {
  readonly role: Probe['role'];
}

export interface ProbeOptions {
  readonly clock: Clock;
  /** When aborted, what has not answered yet is told as silent so far. */
  readonly signal: AbortSignal;
  /** For all of them: they run at the same time. */
  readonly timeoutMs: number;
  /**
   * Called with each probe as it ends, with its place among the orders; and before that once with
   * each that is still unanswered after `noteSilenceAfterMs`, as `timed-out` or `silent` so far.
   * What comes later for the same place replaces it.
   */
  readonly onAnswer?: ((probe: Probe, place: number) => void) | undefined;
  readonly noteSilenceAfterMs?: number | undefined;
}

/** Where the answers to several questions go, by the place of the question. */
export type TellAnswer = (place: number, answer: ProbeAnswer) => void;

/**
 * Asks the network several questions at once from one host: by a program of ours where there is
 * one, else by the tools of its shell. Never rejects.
 *
 * @returns In the order of `orders`.
 */
export async function runProbes(
  vantage: Vantage,
  orders: readonly ProbeOrder[],
  options: ProbeOptions,
): Promise<readonly Probe[]> {
  const { timeoutMs, onAnswer } = options;
  const asks = orders.map(({ role: _, ...ask }): ProbeAsk => ({ ...ask, timeoutMs }));
  const probes = new Map<number, Probe>();
  const tell: TellAnswer = (place, answer) => {
    const [order, ask] = [orders[place], asks[place]];
    if (!order || !ask) return;
    const probe = probeOf(ask, answer, { host: vantage.hostId, role: order.role });
    probes.set(place, probe);
    onAnswer?.(probe, place);
  };
  await (vantage.probe
    ? askByVantage(vantage.probe, asks, { ...options, tell })
    : askByShell(vantage, asks, { ...options, tell }));
  return orders.flatMap((_, place) => probes.get(place) ?? []);
}

function probeOf(
  ask: ProbeAsk,
  answer: ProbeAnswer,
  { host, role }: { host: string; role: Probe['role'] },
): Probe {
  const { outcome, startedUnixMs, elapsedMs, connectMs, sourcePort, detail, httpStatus } = answer;
  return {
    kind: 'probe',
    host,
    atUnixMs: startedUnixMs,
    role,
    probe: ask.probe,
    flow: {
      protocol: ask.probe === 'icmp' ? 'icmp' : 'tcp',
      destination: ask.address,
      ...(ask.source === undefined ? {} : { source: ask.source }),
      ...(sourcePort === undefined ? {} : { sourcePort }),
      ...(ask.port === undefined ? {} : { destinationPort: ask.port }),
    },
    outcome,
    elapsedMs,
    ...(connectMs === undefined ? {} : { connectMs }),
    ...(detail === undefined ? {} : { detail }),
    ...(httpStatus === undefined ? {} : { httpStatus }),
    command: typedProbe(ask),
  };
}
