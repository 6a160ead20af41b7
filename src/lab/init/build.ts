import { chmodSync, renameSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:net';
import { atMost } from '../../ports/at-most.ts';
import { clusterOf } from '../cluster/describe.ts';
import { addressesOf, LAB_FILE, type LabFile } from '../lab-file.ts';
import { CONTROL_SOCKET, type LabCommand } from '../protocol.ts';
import { localApiPath } from './host-script.ts';
import { createHub, type HubHandlers } from './hub.ts';
import { createLabState, type LabState } from './lab-state.ts';
import { logInAgain } from './local-api-client.ts';
import { layCables, nameAddresses, startHosts } from './make.ts';
import type { Plan } from './plan.ts';
import { rebootHost } from './reboot.ts';
import { createTailnet } from './tailnet.ts';

/** Building takes well under a second, a change less; past this something hangs. */
const SETTLE_LIMIT_MS = 20_000;

/** Builds the lab and serves its control socket. Resolves when every part of it is ready. */
export async function buildLab(plan: Plan, onStep: (step: string) => void): Promise<void> {
  const { topology } = plan;
  const tailnet = createTailnet(plan);
  const startedUnixMs = Date.now();
  const processes = topology.hosts.reduce((sum, { daemons }) => sum + daemons.length, 0);

  const hub = createHub({
    stateOf: (host, process) => state.stateOf(host, process),
    async tunnel(host, { acceptance, advertises }) {
      if (tailnet.update(host, { acceptance, advertises })) hub.refresh();
      await tailnet.enforce();
    },
    command: oneAtATime(async ({ command, name = '' }) => {
      if (command !== 'status') {
        await carryOut(command, name, { plan, state });
        await hub.settled(command === 'reboot' ? processes : 0, settleLimit());
        describeLab(plan, state, startedUnixMs);
      }
      return { faults: state.faults };
    }),
  });
  const state = createLabState({
    plan,
    tailnet,
    localApi: (host) => localApiPath(host, '/run'),
    refresh: () => hub.refresh(),
  });
  const settled = () => hub.settled(processes, settleLimit());

  await listen(hub.server, `/run/${CONTROL_SOCKET}`);
  await layCables(plan);
  onStep('cables');
  startHosts(plan);
  onStep('hosts');
  await Promise.all([nameAddresses(plan), tailnet.enforce()]);
  onStep('addresses');
  hub.open();
  await settled();
  state.connectTunnels();
  await settled();
  if (plan.outage) {
    await state.set('accept-routes', true);
    state.openCluster();
    await settled();
  }
  describeLab(plan, state, startedUnixMs);
}

/** @param name Of the fault, release, trouble or host that the command is about. */
async function carryOut(
  command: Exclude<LabCommand, 'status'>,
  name: string,
  { plan, state }: { plan: Plan; state: LabState },
): Promise<void> {
  switch (command) {
    case 'break':
      return state.set(name, true);
    case 'mend':
      return state.set(name, false);
    case 'release':
      return state.setRelease(name);
    case 'trouble':
      return state.setTrouble(name);
    case 'relogin':
      return logInAgain(state.localApiOf('nas-tailscale'));
    case 'reboot':
      return rebootHost(plan, name);
  }
}

function settleLimit(): AbortSignal {
  return atMost(SETTLE_LIMIT_MS);
}

/** A fault is wholly in force before the next one is begun with. */
function oneAtATime(command: HubHandlers['command']): HubHandlers['command'] {
  let queue: Promise<unknown> = Promise.resolve();
  return (message) => {
    const next = queue.then(() => command(message));
    // whoever gave this command is told of its failure; the next one is not stopped by it
    queue = next.catch(() => {});
    return next;
  };
}

/** Writes what a person or a program outside may want to know; never half of it. */
function describeLab(plan: Plan, state: LabState, startedUnixMs: number): void {
  const { labId: id, variant, rootless, netfilter, topology } = plan;
  const hosts = topology.hosts.map((host) => ({
    name: host.name,
    hostname: host.hostname,
    addresses: addressesOf(host, topology),
    off: state.isOff(host.name),
  }));
  const { faults, trouble } = state;
  const kubernetes = clusterOf(topology);
  const file: LabFile = {
    id,
    variant,
    startedUnixMs,
    rootless,
    netfilter,
    faults,
    trouble,
    hosts,
    kubernetes,
  };
  writeFileSync(`/run/${LAB_FILE}.new`, JSON.stringify(file));
  renameSync(`/run/${LAB_FILE}.new`, `/run/${LAB_FILE}`);
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      chmodSync(path, 0o600);
      resolve();
    });
  });
}
