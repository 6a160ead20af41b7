import { mkdirSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { dirname } from 'node:path';
import type { DaemonMode } from '../protocol.ts';
import { LOCAL_API_SOCKET } from '../tailscaled/socket-path.ts';
import type { DaemonKind } from '../topology/topology.ts';
import type { Daemon } from './daemon.ts';
import { createListener } from './listener.ts';

/** Where clients look for each kind of server: TCP ports, or the path of a unix socket. */
const PLACES: Readonly<Record<DaemonKind, readonly (number | string)[]>> = {
  tailscaled: [LOCAL_API_SOCKET],
  truenas: [80, 443],
  nfs: [2049, 111],
  'web-ui': [80],
  kubernetes: [6443],
};

/**
 * Stands in for an emulated server with a real one: what comes to its address is carried to
 * another address that the host can reach, byte for byte.
 *
 * @param target `HOST` (port for port), `HOST:PORT`, or the path of a unix socket, which may be one
 *   of the machine the lab runs on.
 */
export function createRelay(kind: DaemonKind, target: string): Daemon {
  let mode: DaemonMode = 'serving';
  const listeners = PLACES[kind].map((place) => {
    if (typeof place === 'string') mkdirSync(dirname(place), { recursive: true });
    const server = createServer({ allowHalfOpen: true }, (near) => {
      if (mode === 'serving') splice(near, connect(targetOf(target, place)));
    });
    return createListener(server, place);
  });
  return {
    async become(state) {
      mode = state.mode;
      await Promise.all(listeners.map((l) => (mode === 'closed' ? l.shut() : l.open())));
    },
  };
}

function targetOf(target: string, place: number | string) {
  if (target.startsWith('/')) return { path: target };
  const [, host = target, port] = /^\[?([^\]]+?)\]?(?::(\d+))?$/.exec(target) ?? [];
  return { host, port: port === undefined ? Number(place) : Number(port) };
}

function splice(near: Socket, far: Socket): void {
  near.pipe(far);
  far.pipe(near);
  near.on('error', () => far.destroy());
  near.on('close', () => far.destroy());
  // the client sees what it would see of a server that fails: its connection is cut
  far.on('error', () => near.destroy());
}
