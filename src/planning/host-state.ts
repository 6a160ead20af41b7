import type { HostFacts } from '../model/host.ts';
import { FAMILIES, TABLE } from '../model/network.ts';
import type { HostState } from '../model/plan.ts';
import { prefixText, ruleText, tableText } from '../model/text.ts';

/** Tables whose routes are many and not what a fix turns on. */
const ORDINARY: readonly number[] = [TABLE.local, TABLE.default];

/**
 * What a plan is made for, as lines that two looks at one host can be compared by: which machine
 * it is, its rules, its routes but the local ones, its tailnet preferences and the settings of its
 * apps.
 */
export function hostState(facts: HostFacts, vantage: string): HostState {
  const lines = [
    ...(facts.machineId.seen ? [`machine ${facts.machineId.value}`] : []),
    ...FAMILIES.flatMap((family) => rulesOf(facts, family)),
    ...FAMILIES.flatMap((family) => routesOf(facts, family)),
    ...preferencesOf(facts),
    // a shell beside the API does not show them when it is looked again
    ...(vantage.startsWith('truenas:') ? appsOf(facts) : []),
  ];
  return { host: facts.id, vantage, lines: lines.toSorted() };
}

/** Lines that only one of the two has, `-` before what is gone and `+` before what is new. */
export function stateDifference(planned: HostState, now: HostState): string[] {
  const [old, fresh] = [new Set(planned.lines), new Set(now.lines)];
  return [
    ...planned.lines.filter((line) => !fresh.has(line)).map((line) => `- ${line}`),
    ...now.lines.filter((line) => !old.has(line)).map((line) => `+ ${line}`),
  ];
}

function rulesOf({ network }: HostFacts, family: (typeof FAMILIES)[number]): string[] {
  const rules = network.rules[family];
  if (!rules.seen) return [`${family} rules: not seen`];
  return rules.value.map((rule) => `${family} rule ${ruleText(rule)}`);
}

function routesOf({ network }: HostFacts, family: (typeof FAMILIES)[number]): string[] {
  const routes = network.routes[family];
  if (!routes.seen) return [`${family} routes: not seen`];
  return routes.value
    .filter(({ table, expires }) => !ORDINARY.includes(table) && expires !== true)
    .map(({ table, type, prefix, nexthops, metric }) => {
      const hops = nexthops.map(({ gateway, dev }) => `via ${gateway ?? '-'} dev ${dev ?? '-'}`);
      return `${family} table ${tableText(table)}: ${type} ${prefixText(prefix)} ${hops.join(' ')} metric ${metric}`;
    });
}

function preferencesOf({ tailscale }: HostFacts): string[] {
  if (!tailscale.prefs.seen) return [];
  const { acceptsRoutes, exitNodeId, exitNodeAllowsLan } = tailscale.prefs.value;
  return [
    `tailscale RouteAll ${acceptsRoutes}`,
    `tailscale ExitNodeID "${exitNodeId}"`,
    `tailscale ExitNodeAllowLANAccess ${exitNodeAllowsLan}`,
  ];
}

function appsOf({ truenas }: HostFacts): string[] {
  if (!truenas?.tailscaleApps.seen) return [];
  return truenas.tailscaleApps.value.map(
    ({ name, acceptRoutes, authOnce }) =>
      `app ${name} accept_routes ${acceptRoutes} auth_once ${authOnce}`,
  );
}
