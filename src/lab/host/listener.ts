import type { Server, Socket } from 'node:net';

/** A TCP server that can be opened and shut again, with its connections. */
export interface Listener {
  open(): Promise<void>;
  /** After it, the port refuses and what was connected is cut. */
  shut(): Promise<void>;
}

/**
 * @param place A port, on every address of the host in both families where there are two; or the
 *   path of a unix socket.
 */
export function createListener(server: Server, place: number | string): Listener {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    // a client that goes away in mid-sentence is no event for a server
    socket.on('error', () => socket.destroy());
  });
  return {
    open() {
      if (server.listening) return Promise.resolve();
      return new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(place, () => {
          server.off('error', reject);
          resolve();
        });
      });
    },
    shut() {
      if (!server.listening) return Promise.resolve();
      return new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      });
    },
  };
}
