import { createServer, type Server as HttpServer } from 'node:http';
import {
  type AddressInfo,
  createServer as createTcpServer,
  type Server,
  type Socket,
} from 'node:net';

/** Stands in for the NAS on loopback: its API and its NFS service, which can both fall silent. */
export interface FakeNas {
  readonly apiPort: number;
  readonly nfsPort: number;
  /** `silent` accepts and says nothing, which a dead return path looks like to HTTP. */
  become(mode: NasMode): void;
  close(): Promise<void>;
}

export type NasMode = 'well' | 'silent' | 'unauthorized' | 'not-found';

const ANSWERS = {
  well: { status: 200, body: '"TrueNAS-SCALE-24.10.2"' },
  unauthorized: { status: 401, body: '' },
  'not-found': { status: 404, body: '' },
} as const;

export async function startFakeNas(): Promise<FakeNas> {
  let mode: NasMode = 'well';
  const api = createServer((_request, response) => {
    if (mode === 'silent') return;
    const { status, body } = ANSWERS[mode];
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(body);
  });
  const sockets = new Set<Socket>();
  const nfs = createTcpServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    socket.on('data', (call) => {
      if (mode !== 'silent') socket.write(nullReply(call));
    });
  });
  const ports = [await listen(api), await listen(nfs)] as const;
  return {
    apiPort: ports[0],
    nfsPort: ports[1],
    become(next) {
      mode = next;
    },
    async close() {
      api.closeAllConnections();
      for (const socket of sockets) socket.destroy();
      await Promise.all([api, nfs].map((server) => new Promise((done) => server.close(done))));
    },
  };
}

/** An accepted reply without results: xid, REPLY, accepted, no verifier, success. */
function nullReply(call: Buffer): Buffer {
  const reply = Buffer.alloc(28);
  reply.writeUInt32BE(0x8000_0018, 0);
  call.copy(reply, 4, 4, 8);
  reply.writeUInt32BE(1, 8);
  return reply;
}

function listen(server: HttpServer | Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}
