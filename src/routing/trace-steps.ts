import { familyOf } from '../model/prefix.ts';
import type { TraceStep } from '../model/trace.ts';
import type { Answer } from './decision.ts';
import { type Ending, endsAt, type Packet, type Walk } from './trace-ending.ts';
import type { WorldHost } from './world.ts';

export type Found = Answer & { is: 'route' };
export type Refused = Answer & { is: 'error' };

/** The step of a host that found a route; `send` until somebody says otherwise. */
export function stepOf(host: WorldHost, answer: Found, because: string): TraceStep {
  const { rule, table, route, device, gateway, source } = answer;
  return {
    host: host.id,
    action: 'send',
    ...(rule ? { rule } : {}),
    ...(table === undefined ? {} : { table }),
    ...(route ? { route } : {}),
    device,
    ...(gateway === undefined ? {} : { gateway }),
    ...(source === undefined ? {} : { source }),
    because,
    notes: doubtsOf(host),
  };
}

/** The step of a host that found none. */
export function dropStep(
  host: WorldHost,
  { rule, table, route }: Refused,
  because: string,
): TraceStep {
  return {
    host: host.id,
    action: 'drop',
    ...(rule ? { rule } : {}),
    ...(table === undefined ? {} : { table }),
    ...(route ? { route } : {}),
    because,
    notes: doubtsOf(host),
  };
}

/** How far the decisions of this host can be trusted. */
export function doubtsOf({ name, doubts }: WorldHost): string[] {
  return doubts.map((doubt) => `of ${name}, ${doubt}`);
}

/** A walk that ends before it began, because a host was not looked at. */
export function cannotTell(
  host: string,
  { because, missing, packet }: { because: string; missing: readonly string[]; packet: Packet },
): Ending {
  return endsAt({ host, action: 'unknown', because, notes: [] }, 'cannot-tell', {
    packet,
    missing,
  });
}

/** A host whose rules or routes are missing. */
export function notLookedAt(hostId: string, host: WorldHost | undefined, packet: Packet): Ending {
  const name = host?.name ?? hostId;
  const because = host
    ? `what ${name} does with it depends on facts that were not seen`
    : `nobody looked at ${name}`;
  const missing = host
    ? host.missing[familyOf(packet.destination)]
    : [`rules and routes of ${name}`];
  return cannotTell(hostId, { because, missing, packet });
}

/** Whether an address is one of this host's own. */
export function ownsAddress({ world }: Walk, host: WorldHost, address: string): boolean {
  if (/^127\.|^::1$/.test(address)) return true;
  return world.ownersOf(address).some((owner) => owner.host === host);
}
