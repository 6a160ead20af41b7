import { prefixLength } from '../model/prefix.ts';
import { advertiserOfRoute } from './advertisers.ts';
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
  const who = advertiserOf(c, capture);
  const from = who && `${who.name} advertises ${route.prefix}`;
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
  const peer = advertiserOf(c, capture)?.peer;
  if (peer?.online === false) return `, to ${peer.hostName}, which is offline`;
  return `, which ${peer?.hostName ?? 'the far end'} does not accept`;
}

function advertiserOf(c: Case, { route }: CapturedReply): ReturnType<typeof advertiserOfRoute> {
  return c.server.facts && advertiserOfRoute(c, c.server.facts, route.prefix);
}
