import type { Finding } from '../model/diagnosis.ts';
import type { HostFacts } from '../model/host.ts';
import type { Plan, Step } from '../model/plan.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { Change as RoutingChange } from '../routing/whatif-change.ts';
import type { WorldHost } from '../routing/world.ts';

/** What a fix plans for: one finding, and the host that misroutes. */
export interface FixCase {
  readonly snapshot: Snapshot;
  readonly finding: Finding;
  readonly host: HostFacts;
  /** The same host as the model computes with it. */
  readonly state: WorldHost;
  /** URL to act on the host by. */
  readonly vantage: string;
  /** URL of its management API, where it was looked at by that. */
  readonly api: string | undefined;
  /** How a change that may cut our way in is guarded; absent where it cannot cut it. */
  readonly guard: Step['guard'];
}

export type FixPlan =
  | {
      readonly is: 'possible';
      /** In the order in which they are done. */
      readonly steps: readonly Step[];
      /** What the steps marked `now` do to the host's routing. */
      readonly changes: readonly RoutingChange[];
      readonly warnings: readonly string[];
    }
  | { readonly is: 'impossible'; readonly because: string };

/** One way to undo a cause. Pure: `plan` may not read, wait or write anything. */
export interface Fix {
  /** Kebab-case and permanent; causes name it. */
  readonly id: Plan['fix'];
  /** One line, under 60 characters, no full stop. */
  readonly title: string;
  plan(c: FixCase): FixPlan;
}

/** A step on the host of the case, with what all such steps have in common. */
export function stepOn(
  { host, vantage }: FixCase,
  step: Omit<Step, 'host' | 'hostName' | 'vantage' | 'checks' | 'costs'> &
    Partial<Pick<Step, 'checks' | 'costs'>>,
): Step {
  return { checks: [], costs: [], host: host.id, hostName: host.name, vantage, ...step };
}
