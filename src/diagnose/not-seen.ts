import type { Diagnosis } from '../model/diagnosis.ts';
import type { Fact } from '../model/fact.ts';
import type { HostFacts } from '../model/host.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { clusterGaps } from './cluster-gaps.ts';

/** What could not be looked at and could have mattered, with what would reveal it. */
export function notSeenOf(
  { hosts, failedVantages, question, observations, cluster }: Snapshot,
  missing: readonly string[],
): Diagnosis['notSeen'] {
  const failed = failedVantages.map(({ vantage, why, next }) => ({
    what: `${vantage}: ${why}`,
    ...(next ? { next } : {}),
  }));
  const unlooked = [question.from, question.to]
    .filter(
      (id) =>
        id !== '' && !hosts[id] && !failedVantages.some(({ vantage }) => vantage.includes(id)),
    )
    .map((id) => ({ what: `${id}: no way to look at it was given` }));
  const routing = [question.from, question.to].flatMap((id) => {
    const host = hosts[id];
    return host ? missingParts(host) : [];
  });
  const asked = observations.some(({ kind }) => kind === 'kernel-route');
  const kernel = asked ? [] : [{ what: "the kernel's own answer (ip route get)" }];
  // of pasted texts everything that was not pasted is a gap
  const isPasted = Object.keys(hosts).length === 0;
  const { pods, places } = clusterGaps(isPasted ? {} : { cluster });
  return [
    ...failed,
    ...unlooked,
    ...pods,
    ...places,
    ...routing,
    ...kernel,
    ...missing.map((what) => ({ what })),
  ];
}

function missingParts({ name, network }: HostFacts): Diagnosis['notSeen'] {
  const parts: readonly Fact<unknown>[] = [
    network.rules.ipv4,
    network.routes.ipv4,
    network.addresses,
    network.links,
  ];
  const unseen = parts.flatMap((fact) =>
    fact.seen ? [] : [{ what: `${name}: ${fact.why}`, ...(fact.next ? { next: fact.next } : {}) }],
  );
  const partial = network.incomplete.map(({ part, lacks }) => ({
    what: `${name}: ${part} are read in a form that lacks ${lacks}`,
  }));
  return [...unseen, ...partial];
}
