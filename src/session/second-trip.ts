import { askKernel } from '../collect/linux/ask-kernel.ts';
import type { RouteQuestion } from '../diagnose/questions.ts';
import type { Observation } from '../model/observation.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { Clock } from '../ports/clock.ts';
import type { Vantage } from '../ports/vantage.ts';
import { pingsByApi } from './api-pings.ts';

export interface SecondTrip {
  /** How the host would send, as far as it can be asked. */
  readonly questions: readonly RouteQuestion[];
  readonly neighbours: readonly string[];
  readonly snapshot: Snapshot;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** What the kernel of a host says of the flows that were found, in each way it can be asked. */
export function secondTrip(vantage: Vantage, trip: SecondTrip): Promise<readonly Observation[]>[] {
  const { questions, neighbours, ...means } = trip;
  const ask = {
    questions: questions.map(({ destination, source, inputDevice }) => ({
      flow: { protocol: 'tcp' as const, destination, source },
      inputDevice,
    })),
    neighbours,
    peers: [...new Set(questions.map(({ destination }) => destination))],
    ...means,
  };
  return [
    askKernel(vantage, ask).then(({ observations }) => observations),
    pingsByApi(vantage, questions, means),
  ];
}
