import { createSocket } from 'node:dgram';
import type { DaemonMode } from '../protocol.ts';
import type { DaemonFactory } from './daemon.ts';
import { createListener } from './listener.ts';
import { nfsService } from './nfs-service.ts';
import { answerCompound } from './nfs4.ts';
import { answerCall, type RpcProgram, words } from './rpc.ts';
import { createRpcServer } from './rpc-server.ts';

const NFS_PORT = 2049;
const PORTMAP_PORT = 111;
const NFS_PROGRAM = 100_003;
const PORTMAP_PROGRAM = 100_000;
const NFS_VERSIONS = [3, 4];
const TCP = 6;
const UDP = 17;

/** NULL, and of version 4 COMPOUND as far as it takes to find an export. */
export function createNfsProgram(isDenied: () => boolean): RpcProgram {
  return {
    program: NFS_PROGRAM,
    versions: NFS_VERSIONS,
    call(procedure, args, version) {
      // NULL is answered whoever asks, as nfsd does
      if (procedure === 0) return Buffer.alloc(0);
      return procedure === 1 && version === 4 ? answerCompound(args, isDenied()) : undefined;
    },
  };
}

/**
 * nfsd and rpcbind of the NAS. A stopped nfsd leaves rpcbind running, which then no longer names
 * a port for NFS.
 */
export const createNfs: DaemonFactory = () => {
  let mode: DaemonMode = 'serving';
  const portmap = createPortmap(() => nfsService.isRunning());
  const isSilent = () => mode === 'silent';
  const nfs = createNfsProgram(() => mode === 'denying');
  const nfsd = createListener(createRpcServer([nfs], isSilent), NFS_PORT);
  const rpcbind = createListener(createRpcServer([portmap], isSilent), PORTMAP_PORT);
  const obey = () => (nfsService.isRunning() ? nfsd.open() : nfsd.shut());
  nfsService.onChange = obey;
  let overUdp: Promise<void> | undefined;
  return {
    async become(state) {
      mode = state.mode;
      nfsService.mayRun = mode !== 'closed';
      overUdp ??= servePortmapUdp(portmap, isSilent);
      await Promise.all([obey(), rpcbind.open(), overUdp]);
    },
  };
};

interface Mapping {
  readonly program: number;
  readonly version: number;
  readonly protocol: number;
  readonly port: number;
}

/** Portmapper version 2 (RFC 1833, section 3): NULL, GETPORT and DUMP. */
function createPortmap(nfsIsUp: () => boolean): RpcProgram {
  const own = [TCP, UDP].map((protocol) => ({
    program: PORTMAP_PROGRAM,
    version: 2,
    protocol,
    port: PORTMAP_PORT,
  }));
  const served = NFS_VERSIONS.map((version) => ({
    program: NFS_PROGRAM,
    version,
    protocol: TCP,
    port: NFS_PORT,
  }));
  const mappings = (): readonly Mapping[] => (nfsIsUp() ? [...own, ...served] : own);

  return {
    program: PORTMAP_PROGRAM,
    versions: [2],
    call(procedure, args) {
      if (procedure === 0) return Buffer.alloc(0);
      if (procedure === 3 && args.length >= 12) return words(portOf(mappings(), args));
      if (procedure === 4) return dump(mappings());
      return undefined;
    },
  };
}

/** Zero where nothing is registered. */
function portOf(mappings: readonly Mapping[], args: Buffer): number {
  const found = mappings.find(
    ({ program, version, protocol }) =>
      program === args.readUInt32BE(0) &&
      version === args.readUInt32BE(4) &&
      protocol === args.readUInt32BE(8),
  );
  return found?.port ?? 0;
}

/** A linked list: a 1 before each entry, a 0 at the end. */
function dump(mappings: readonly Mapping[]): Buffer {
  const entries = mappings.map(({ program, version, protocol, port }) =>
    words(1, program, version, protocol, port),
  );
  return Buffer.concat([...entries, words(0)]);
}

function servePortmapUdp(portmap: RpcProgram, isSilent: () => boolean): Promise<void> {
  const socket = createSocket('udp4');
  socket.on('message', (call, { address, port }) => {
    const answer = isSilent() ? undefined : answerCall(call, [portmap]);
    if (answer) socket.send(answer, port, address);
  });
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(PORTMAP_PORT, () => {
      socket.off('error', reject);
      resolve();
    });
  });
}
