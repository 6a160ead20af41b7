import { missing } from '../model/fact.ts';
import type { HostFacts } from '../model/host.ts';
import type { Observation } from '../model/observation.ts';
import type { Vantage } from '../ports/vantage.ts';

/** What is known of one host, so far. */
export interface CollectedHost {
  readonly facts: HostFacts;
  /** Counters before any probe of ours can have moved them. */
  readonly observations: readonly Observation[];
}

/** Facts in the making. */
export interface Draft {
  update(change: (facts: HostFacts) => HostFacts): void;
  observe(observation: Observation): void;
  soFar(): CollectedHost;
}

/**
 * @param onChange Called after changes, once for all that are made in one go.
 */
export function draftOf(vantage: Vantage, onChange: () => void): Draft {
  let facts = blankHost(vantage);
  let observations: readonly Observation[] = [];
  let scheduled = false;
  const schedule = () => {
    if (scheduled) return;
    scheduled = true;
    queueMicrotask(() => {
      scheduled = false;
      onChange();
    });
  };
  return {
    soFar: () => ({ facts, observations }),
    update(change) {
      facts = change(facts);
      schedule();
    },
    observe(observation) {
      observations = [...observations, observation];
      schedule();
    },
  };
}

/** A host of which nothing is known but how to look at it. */
function blankHost({ hostId, url }: Vantage): HostFacts {
  const unread = missing<never>('not read yet');
  return {
    id: hostId,
    name: hostId,
    vantages: [url],
    machineId: unread,
    clockOffsetMs: unread,
    privileged: unread,
    tools: unread,
    network: {
      links: unread,
      addresses: unread,
      rules: { ipv4: unread, ipv6: unread },
      routes: { ipv4: unread, ipv6: unread },
      neighbours: unread,
      sysctls: unread,
      localTable: unread,
      incomplete: [],
    },
    tailscale: { reachedBy: unread, prefs: unread, status: unread },
    tailscaleElsewhere: unread,
  };
}
