import type { ByHand } from '../model/diagnosis.ts';
import type { HostFacts } from '../model/host.ts';
import type { Route } from '../model/network.ts';
import type { KernelRoute } from '../model/observation.ts';
import { familyOf, prefixContains, prefixLength } from '../model/prefix.ts';
import { vpnName } from '../routing/vpn.ts';
import { advertiserOfRoute } from './advertisers.ts';
import { leadsIntoVpn } from './captured.ts';
import type { Case } from './cause.ts';
import { comesFromExitNode } from './chosen-exit-node.ts';

/** What to say of a client that sends to its neighbour by a VPN: the outage, seen in a mirror. */
export interface AstrayByVpn {
  /** `into the Tailscale tunnel` */
  readonly way: string;
  /** Why it has that route. */
  readonly origin: string;
  readonly byHand: ByHand;
}

/** Undefined where the way is by no VPN. */
export function astrayByVpn(c: Case, { answer }: KernelRoute): AstrayByVpn | undefined {
  const { client, server } = c;
  if (!client.facts || answer.is !== 'route' || !leadsIntoVpn(client.facts, answer.dev)) {
    return undefined;
  }
  const device = answer.dev;
  const route = longestRoute(client.facts, { device, table: answer.table, to: server.address });
  const way = `into the ${vpnName(device)} tunnel`;
  const holds = `${client.name} holds ${route?.prefix ?? server.address} dev ${device} in table ${answer.table}`;
  if (!device.startsWith('tailscale')) {
    const now = `ip route show table all | grep -F ${device}   and take the LAN out of what it allows`;
    const later =
      'the VPN puts its routes back when it starts: take the LAN out of its configuration';
    return { way, origin: holds, byHand: { now, where: client.name, later } };
  }
  const where = `${client.name}, where tailscaled runs`;
  if (route && comesFromExitNode(client.facts, { route, device }) !== false) {
    const origin = `${client.name} uses an exit node without LAN access; ${holds}`;
    const now = 'tailscale set --exit-node-allow-lan-access=true';
    return { way, origin, byHand: { now, where, later: 'or stop using the exit node' } };
  }
  const { prefs } = client.facts.tailscale;
  const who = route && advertiserOfRoute(c, client.facts, route.prefix);
  const parts = [
    prefs.seen && prefs.value.acceptsRoutes ? `Accept Routes is on at ${client.name}` : undefined,
    who && `${who.name} advertises ${route.prefix}`,
    holds,
  ];
  return {
    way,
    origin: parts.filter(Boolean).join('; '),
    byHand: {
      now: 'tailscale set --accept-routes=false',
      where,
      later: 'turn it off as well in what starts tailscaled there, or it comes back',
    },
  };
}

function longestRoute(
  { network }: HostFacts,
  { device, table, to }: { readonly device: string; readonly table: number; readonly to: string },
): Route | undefined {
  const routes = network.routes[familyOf(to)];
  if (!routes.seen) return undefined;
  const [best] = routes.value
    .filter((one) => one.table === table && prefixContains(one.prefix, to))
    .filter(({ nexthops }) => nexthops.some(({ dev }) => dev === device))
    .toSorted((a, b) => prefixLength(b.prefix) - prefixLength(a.prefix));
  return best;
}
