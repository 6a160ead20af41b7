import { chmodSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { dirname } from 'node:path';
import { LOCAL_API_SOCKET } from './socket-path.ts';

/**
 * The socket of the LocalAPI.
 *
 * The real one is open to everybody and asks the kernel who is there before it lets anybody write.
 * Where nothing on the machine can ask that for us, only root may connect at all: `mode` says which.
 */
export interface LocalApiSocket {
  open(): Promise<void>;
  /** Leaves the file and refuses connections, as a dead daemon does. */
  refuse(): Promise<void>;
}

export function createLocalApiSocket(mode: number, answer: RequestListener): LocalApiSocket {
  const server = createServer(answer);
  mkdirSync(dirname(LOCAL_API_SOCKET), { recursive: true });
  return {
    open() {
      if (server.listening) return Promise.resolve();
      rmSync(LOCAL_API_SOCKET, { force: true });
      return new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(LOCAL_API_SOCKET, () => {
          server.off('error', reject);
          chmodSync(LOCAL_API_SOCKET, mode);
          resolve();
        });
      });
    },
    async refuse() {
      if (!server.listening) return;
      // Node.js removes the file it listened on; under another name it does not find it
      const aside = `${LOCAL_API_SOCKET}.aside`;
      renameSync(LOCAL_API_SOCKET, aside);
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      renameSync(aside, LOCAL_API_SOCKET);
    },
  };
}
