import { chmodSync, mkdirSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Socket } from 'node:net';
import { dirname } from 'node:path';
import type { DaemonFactory } from '../host/daemon.ts';
import { type Backend, createBackend } from './backend.ts';
import { type Permission, serveLocalApi } from './local-api.ts';
import { findPeerUid, type PeerUid } from './peer-credentials.ts';
import { LOCAL_API_SOCKET } from './socket-path.ts';

/** Emulates tailscaled: its name, its LocalAPI, its rules and routes. */
export const createTailscaled: DaemonFactory = (tunnel) => {
  process.title = 'tailscaled';
  let backend: Backend | undefined;
  return {
    async become(_state, netmap) {
      if (!netmap) throw new RangeError('Cannot run tailscaled without a network map');
      if (backend) return await backend.receive(netmap);
      backend = await createBackend(netmap, tunnel);
      const started = backend;
      process.once('SIGTERM', () => void started.close().then(() => process.exit(0)));
      await listen(started);
    },
  };
};

/**
 * The real socket is open to everybody and asks the kernel who is there before it lets anybody
 * write. Where nothing on the machine can ask that for us, only root may connect at all.
 */
function listen(backend: Backend): Promise<void> {
  const peerUid = findPeerUid();
  const server = createServer((request, response) => {
    serveLocalApi(backend, request, response, () => permissionOf(request.socket, peerUid)).catch(
      (error: unknown) => response.destroy(error instanceof Error ? error : undefined),
    );
  });
  mkdirSync(dirname(LOCAL_API_SOCKET), { recursive: true });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(LOCAL_API_SOCKET, () => {
      chmodSync(LOCAL_API_SOCKET, peerUid ? 0o666 : 0o600);
      resolve();
    });
  });
}

/** Root may write; so may the user that tailscaled runs as. */
async function permissionOf(socket: Socket, peerUid: PeerUid | undefined): Promise<Permission> {
  if (!peerUid) return { write: true };
  const uid = await peerUid(socket);
  return { write: uid === 0 || uid === process.getuid?.() };
}
