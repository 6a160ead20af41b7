import { connect } from 'node:net';
import { join } from 'node:path';
import { LAB_DIR_ON_HOST } from '../init/host-script.ts';
import { type JsonLines, jsonLines } from '../json-lines.ts';
import {
  CONTROL_SOCKET,
  type DaemonState,
  type FromHub,
  NAS_REQUEST,
  NODE_MOUNT,
  type ProcessState,
  type ToHub,
} from '../protocol.ts';
import type { Acceptance } from '../tailnet/member.ts';
import type { DaemonKind } from '../topology/topology.ts';
import type { Daemon, DaemonFactory, TunnelControl } from './daemon.ts';

// One process of a lab host: serves the emulated daemons it is told to, as it is told to. Or is one of
// the lab's programs, where it was started.

/** Loaded when needed: a process serves one or two of them, and each start counts. */
const FACTORIES: Readonly<Record<DaemonKind, () => Promise<DaemonFactory>>> = {
  tailscaled: async () => (await import('../tailscaled/daemon.ts')).createTailscaled,
  truenas: async () => (await import('./truenas.ts')).createTruenas,
  nfs: async () => (await import('./nfs.ts')).createNfs,
  'web-ui': async () => (await import('./web-ui.ts')).createWebUi,
  kubernetes: async () => (await import('../cluster/daemon.ts')).createKubernetesDaemon,
};

function main([host = '', index = '0']: readonly string[]): void {
  const socket = connect(join(LAB_DIR_ON_HOST, CONTROL_SOCKET));
  const daemons = new Map<DaemonKind, Daemon>();
  const tunnel = createTunnelControl(() => wire);
  let queue: Promise<void> = Promise.resolve();

  const wire = jsonLines<FromHub, ToHub>(socket, (message) => {
    if (message.is === 'tunnel-set') tunnel.answered(message);
    if (message.is !== 'state') return;
    queue = queue
      .then(() => become(daemons, message.state, tunnel))
      .then(
        () => wire.send({ is: 'done', seq: message.seq }),
        (error: unknown) => wire.send({ is: 'failed', seq: message.seq, why: String(error) }),
      );
  });
  // without the lab's first process there is no lab
  socket.on('close', () => process.exit(1));
  socket.on('error', (error) => process.stderr.write(`${error.message}\n`));
  wire.send({ is: 'hello', host, process: Number(index) });
}

async function become(
  daemons: Map<DaemonKind, Daemon>,
  { daemons: wanted, netmap }: ProcessState,
  tunnel: TunnelControl,
): Promise<void> {
  for (const state of wanted) {
    const running = daemons.get(state.kind) ?? (await createDaemon(state, tunnel));
    daemons.set(state.kind, running);
    await running.become(state, netmap);
  }
}

async function createDaemon({ kind, swap }: DaemonState, tunnel: TunnelControl): Promise<Daemon> {
  if (swap !== undefined) return (await import('./relay.ts')).createRelay(kind, swap);
  return (await FACTORIES[kind]())(tunnel);
}

type TunnelSet = Extract<FromHub, { is: 'tunnel-set' }>;

/** Asks the lab to make the tailnet obey; a tailscaled waits for that before it answers. */
function createTunnelControl(
  wire: () => JsonLines<ToHub>,
): TunnelControl & { answered(answer: TunnelSet): void } {
  const asked = new Map<number, (answer: TunnelSet) => void>();
  let seq = 0;
  return {
    set(acceptance: Acceptance, advertises: readonly string[]) {
      seq += 1;
      const mine = seq;
      wire().send({ is: 'tunnel', seq: mine, acceptance, advertises });
      return new Promise((resolve, reject) => {
        asked.set(mine, ({ error }) =>
          error === undefined ? resolve() : reject(new Error(error)),
        );
      });
    },
    answered(answer) {
      asked.get(answer.seq)?.(answer);
      asked.delete(answer.seq);
    },
  };
}

/** Programs of the lab that are not daemons, by their first argument. */
const PROGRAMS: Readonly<Record<string, (argv: readonly string[]) => Promise<void>>> = {
  [NAS_REQUEST]: async () => (await import('../cluster/nas-request.ts')).serveNasRequest(),
  [NODE_MOUNT]: async () => (await import('../cluster/node-mount.ts')).serveNodeMount(),
  tailscale: async (argv) => (await import('../tailscaled/cli/main.ts')).tailscaleMain(argv),
  docker: async (argv) => (await import('../truenas/docker/main.ts')).dockerMain(argv),
};

const [first = '', ...rest] = process.argv.slice(2);
const program = PROGRAMS[first];
if (program) await program(rest);
else main([first, ...rest]);
