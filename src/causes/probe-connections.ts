import type { Probe, SocketState } from '../model/observation.ts';
import type { Case } from './cause.ts';

/** Kernels connect from such a port to mount NFS; a probe never does. */
const FIRST_UNPRIVILEGED_PORT = 1024;

/** What became of the connections of some probes, as both ends hold them. */
export interface Connections {
  /** Established at the server, and none that could be of somebody else. */
  readonly held: readonly SocketState[];
  /** The server never heard what the client sent, or not even the end of the handshake. */
  readonly isUnheard: boolean;
}

/**
 * Other connections of the same client to the same ports are told apart by the probe's own port. Where
 * that is not known, every connection with both its ends counts; where the client's end was not seen
 * either, none while the server waits for the end of a handshake.
 */
export function connectionsOf(c: Case, probes: readonly Probe[]): Connections {
  const { atClient, atServer } = socketsOf(c, probes);
  const [established, opening] = [
    atServer.filter(({ state }) => state === 'ESTAB'),
    atServer.filter(({ state }) => state === 'SYN-RECV'),
  ];
  const isSure = probes.every(({ flow }) => flow.sourcePort !== undefined);
  const held =
    atClient.length > 0 && !isSure
      ? established.filter((one) => atClient.some((other) => isPair(other, one)))
      : established;
  const isUnheard = atClient.some((one) => {
    const other = established.findLast((end) => isPair(one, end));
    if (!other && opening.some((end) => isPair(one, end))) return true;
    // what the program does not read has come in all the same
    return (one.sendQueueBytes ?? 0) > 0 && (other?.receiveQueueBytes ?? 0) === 0;
  });
  const isOpen = isSure || atClient.length > 0 || opening.length === 0;
  return { held: isOpen ? held : [], isUnheard };
}

/** The ends of connections that the probes may have made. */
function socketsOf({ snapshot, client, server }: Case, probes: readonly Probe[]) {
  const ports = probes.map(({ flow }) => flow.destinationPort);
  const sources = probes.flatMap(({ flow }) => flow.sourcePort ?? []);
  const isOwn = (port: number) =>
    sources.length === probes.length ? sources.includes(port) : port >= FIRST_UNPRIVILEGED_PORT;
  const sockets = snapshot.observations.filter((o): o is SocketState => o.kind === 'socket');
  return {
    atClient: sockets.filter(
      ({ host, state, local, remote }) =>
        host === client.id &&
        state === 'ESTAB' &&
        remote.address === server.address &&
        ports.includes(remote.port) &&
        isOwn(local.port),
    ),
    atServer: sockets.filter(
      ({ host, local, remote }) =>
        host === server.id &&
        remote.address === client.address &&
        ports.includes(local.port) &&
        isOwn(remote.port),
    ),
  };
}

function isPair(a: SocketState, b: SocketState): boolean {
  return a.local.port === b.remote.port && a.remote.port === b.local.port;
}
