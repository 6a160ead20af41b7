import { prefixLength } from '../model/prefix.ts';
import type { TailscalePeer } from '../model/tailscale.ts';
import { advertiserAnywhere, advertisingResource } from './advertisers.ts';
import { type CapturedReply, isInMain, isOfTailscale } from './captured.ts';
import type { Case } from './cause.ts';

/** From where the server has the route, why it wins, and what becomes of the reply: a sentence each. */
export function chainOf(c: Case, capture: CapturedReply): string[] {
  const { server, client } = c;
  const { device, direct } = capture;
  const filtered = c.forward?.outcome === 'reverse-path-filtered';
  return [
    ...(isOfTailscale(capture) ? [accepted(c, capture)] : []),
    `${server.name} holds ${held(capture)}; ${direct.dev} would reach ${client.name} directly`,
    filtered
      ? `the strict reverse-path filter of ${server.name} therefore drops what ${client.name} sends to ${server.address}`
      : `replies to ${client.name} leave by ${device} with source ${server.address}${farEnd(c, capture)}`,
  ];
}

/** How the route came to the server from its tailnet. */
function accepted(c: Case, capture: CapturedReply): string {
  const { server } = c;
  const { route, device } = capture;
  const prefs = server.facts?.tailscale.prefs;
  const resource = advertisingResource(c.snapshot, capture.clientAddress);
  const who = resource ? `${resource} of the cluster` : peerOf(c, capture)?.hostName;
  const from = who ? `${who} advertises ${route.prefix}` : undefined;
  const accepts = prefs?.seen && prefs.value.acceptsRoutes;
  const origin = [accepts ? `Accept Routes is on at ${server.name}` : undefined, from];
  return (
    origin.filter(Boolean).join('; ') ||
    `${server.name} has a route for ${route.prefix} by ${device}`
  );
}

/** The route that wins, and why it does. */
function held({ route, device, rule, direct }: CapturedReply): string {
  const where = `${route.prefix} dev ${device} in ${isInMain({ route }) ? 'main' : `table ${route.table}`}`;
  if (!isInMain({ route })) {
    return rule ? `${where}, which rule ${rule.priority} asks before main` : where;
  }
  const isLonger = prefixLength(route.prefix) > direct.prefixLength;
  return isLonger ? `${where}, longer than the LAN's /${direct.prefixLength}` : where;
}

function farEnd(c: Case, capture: CapturedReply): string {
  if (!isOfTailscale(capture)) return ' and get lost';
  return `, which ${peerOf(c, capture)?.hostName ?? 'the far end'} does not accept`;
}

function peerOf(c: Case, { advertiser, clientAddress }: CapturedReply): TailscalePeer | undefined {
  return advertiser ?? advertiserAnywhere(c, clientAddress);
}
