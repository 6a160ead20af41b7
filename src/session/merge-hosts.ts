import type { CollectedHost } from '../collect/draft.ts';
import type { Fact } from '../model/fact.ts';
import type { HostFacts } from '../model/host.ts';

/**
 * One host looked at in two ways as one: of each fact the one that was seen, of two that were the
 * first. Routing is taken from one of them whole, because rules and routes belong together.
 */
export function mergeHosts(a: CollectedHost, b: CollectedHost): CollectedHost {
  const [first, second] = [a.facts, b.facts];
  const facts: HostFacts = {
    ...second,
    ...first,
    name: first.name === first.id ? second.name : first.name,
    vantages: [...new Set([...first.vantages, ...second.vantages])],
    machineId: either(first.machineId, second.machineId),
    clockOffsetMs: either(first.clockOffsetMs, second.clockOffsetMs),
    privileged: either(first.privileged, second.privileged),
    tools: either(first.tools, second.tools),
    network: hasRules(first) || !hasRules(second) ? first.network : second.network,
    tailscale: first.tailscale.status.seen ? first.tailscale : second.tailscale,
    tailscaleElsewhere: either(first.tailscaleElsewhere, second.tailscaleElsewhere),
  };
  return { facts, observations: [...a.observations, ...b.observations] };
}

/** Whether its rules were seen, without which nothing can be said of its routing. */
export function hasRules({ network }: HostFacts): boolean {
  return network.rules.ipv4.seen || network.rules.ipv6.seen;
}

function either<T>(a: Fact<T>, b: Fact<T>): Fact<T> {
  return a.seen || !b.seen ? a : b;
}

/** Whether looking at it brought nothing at all, and why. */
export function sawNothing({ facts }: CollectedHost): string | undefined {
  const { machineId, clockOffsetMs, tools, network } = facts;
  const parts: readonly Fact<unknown>[] = [clockOffsetMs, machineId, tools, network.addresses];
  const [first] = parts;
  return parts.some(({ seen }) => seen) || !first || first.seen
    ? undefined
    : first.why.replace(/^\S+: (?=Cannot )/, '');
}
