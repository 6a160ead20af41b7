import type { Evidence } from '../model/diagnosis.ts';
import type { SocketState } from '../model/observation.ts';
import { familyOf } from '../model/prefix.ts';
import type { Case } from './cause.ts';
import { called } from './evidence.ts';

/** What listens at the server; nothing where its sockets were not read. */
export interface Listeners {
  readonly all: readonly SocketState[];
  /** Those that serve the address of the case. */
  readonly open: readonly SocketState[];
}

/** A server that we look at listens on something, so none at all means that nobody looked. */
export function listenersOf({ snapshot, server }: Case): Listeners {
  const all = snapshot.observations.filter(
    (o): o is SocketState => o.kind === 'socket' && o.host === server.id && o.state === 'LISTEN',
  );
  // `::` takes both families as well, which is what Linux makes by default
  const any = familyOf(server.address) === 'ipv4' ? ['::', '0.0.0.0'] : ['::'];
  const serving = [server.address, ...any];
  return { all, open: all.filter(({ local }) => serving.includes(local.address)) };
}

/** Whether the server's own sockets show that nothing serves the port at its address. */
export function isClosed({ all, open }: Listeners, port: number | undefined): boolean {
  return all.length > 0 && !open.some(({ local }) => local.port === port);
}

/** That the server has no listener on any of the ports, from its own sockets. */
export function closedEvidence(
  { server }: Case,
  { all }: Listeners,
  ports: readonly number[],
): Evidence[] {
  const [any] = all;
  if (!any) return [];
  const others = elsewhere(all, ports).map(({ local: { address, port } }) =>
    address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`,
  );
  const only = others.length > 0 ? `, only on ${others.join(' ')}` : '';
  return [
    {
      host: server.name,
      command: any.command,
      answer: `no listener on ${server.address} ${colons(ports)}${only}`,
      atUnixMs: any.atUnixMs,
      shows: 'mechanism',
    },
  ];
}

/** `nothing listens on :443 at truenas (10.0.0.210)`, or where else it does. */
export function whatListens(
  { server }: Case,
  { all }: Listeners,
  ports: readonly number[],
): string {
  const others = elsewhere(all, ports);
  if (others.length === 0) return `nothing listens on ${colons(ports)} at ${called(server)}`;
  const places = others.map(({ local: { address, port } }) => `:${port} at ${address}`).join(', ');
  return `${server.name} listens on ${places} only, not at ${server.address}`;
}

/** Bound to one address of several, say. */
export function elsewhere(
  all: readonly SocketState[],
  ports: readonly number[],
): readonly SocketState[] {
  const places = new Map(
    all
      .filter(({ local }) => ports.includes(local.port))
      .map((one) => [`${one.local.address} ${one.local.port}`, one]),
  );
  return [...places.values()];
}

/** `:443 :80` */
export function colons(ports: readonly number[]): string {
  return ports.map((port) => `:${port}`).join(' ');
}
