import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { addressesOf, LAB_FILE, type LabVariant } from '../lab-file.ts';
import { CONTROL_SOCKET } from '../protocol.ts';
import { homelab } from '../topology/homelab.ts';
import type { HostSpec, Topology } from '../topology/topology.ts';
import { enterCommand, hostScript, localApiPath } from './host-script.ts';
import { createHub } from './hub.ts';
import { createLabState } from './lab-state.ts';
import { masqueradeRuleset, withoutNat } from './nat.ts';
import { cablingBatch, namespaceBatch, namespacesOf } from './network-batch.ts';
import { run, works } from './run.ts';
import { createTailnet } from './tailnet.ts';

// The first process of a lab: alone in new PID, mount and network namespaces, it builds the
// homelab around itself and then keeps it. It ends when its starter says so, never by itself.

const RUN = '/run';
/** Building takes well under a second; past this something hangs. */
const READY_LIMIT_MS = 20_000;

interface Options {
  readonly labId: string;
  readonly variant: LabVariant;
  readonly programs: string;
  /** In a user namespace, where nobody but root exists. */
  readonly rootless: boolean;
  /** Ends when standard input does: the lab of a program, not of a user. */
  readonly bound: boolean;
}

function options(argv: readonly string[]): Options {
  const after = (name: string) => argv[argv.indexOf(name) + 1] ?? '';
  return {
    labId: after('--lab-id'),
    variant: after('--variant') === 'wireguard' ? 'wireguard' : 'veth',
    programs: after('--programs'),
    rootless: argv.includes('--rootless'),
    bound: argv.includes('--bound'),
  };
}

/** One line of JSON to whoever started the lab; once it is ready nobody may listen any more. */
function say(message: object): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

/**
 * The owner may have been killed before the kernel was asked to kill us with it. The working
 * directory is the /proc of outside, where we see our parent.
 */
function assertOwned(labId: string): void {
  const parent = /^PPid:\s*(\d+)/m.exec(readFileSync('self/status', 'utf8'))?.[1];
  const owner = readFileSync(`${parent}/cmdline`, 'utf8').split('\0');
  if (!owner.includes(labId)) throw new Error('Cannot build the lab: its owner is gone');
}

async function build({ labId, variant, programs, rootless }: Options): Promise<void> {
  const netfilter = await works(['nft', 'list', 'ruleset']);
  const topology = netfilter ? homelab : withoutNat(homelab);
  const ipv6 = existsSync('/proc/sys/net/ipv6');
  const tailnet = createTailnet(topology, { ipv6, wired: variant === 'veth' });
  const startedUnixMs = Date.now();

  const describe = () => {
    const hosts = topology.hosts.map((host) => ({
      name: host.name,
      hostname: host.hostname,
      addresses: addressesOf(host, topology),
      off: state.isOff(host.name),
    }));
    const file = { id: labId, variant, startedUnixMs, rootless, faults: state.faults, hosts };
    writeFileSync(join(RUN, `${LAB_FILE}.new`), JSON.stringify(file));
    renameSync(join(RUN, `${LAB_FILE}.new`), join(RUN, LAB_FILE));
  };
  const processes = topology.hosts.reduce((sum, { daemons }) => sum + daemons.length, 0);
  const settled = () => hub.settled(processes, AbortSignal.timeout(READY_LIMIT_MS));

  const hub = createHub({
    stateOf: (host, process) => state.stateOf(host, process),
    async tunnel(host, { acceptance, advertises }) {
      if (tailnet.update(host, { acceptance, advertises })) hub.refresh();
      await tailnet.enforce();
    },
    async command({ command, fault }) {
      if (command !== 'status') {
        await state.set(fault ?? '', command === 'break');
        await settled();
        describe();
      }
      return { faults: state.faults };
    },
  });
  const state = createLabState({
    topology,
    tailnet,
    netfilter,
    localApi: (host) => localApiPath(host, RUN),
    refresh: () => hub.refresh(),
  });

  await listen(hub.server, join(RUN, CONTROL_SOCKET));
  await run(['ip', '-batch', '-'], cablingBatch(topology));
  say({ step: 'cables' });
  startHosts(topology, labId, join(programs, 'lab-host.js'));
  say({ step: 'hosts' });
  await Promise.all([
    ...namespacesOf(topology).map((name) =>
      run(['ip', '-n', name, '-batch', '-'], namespaceBatch(topology, name, ipv6)),
    ),
    ...(netfilter ? topology.hosts.map(masquerade) : []),
    forwardTailnet(),
    tailnet.enforce(),
  ]);
  say({ step: 'addresses' });
  hub.open();
  await settled();
  describe();
}

function startHosts(topology: Topology, labId: string, hostProgram: string): void {
  const context = { topology, labId, hostProgram, nodePath: process.execPath };
  for (const host of topology.hosts) {
    mkdirSync(join(RUN, 'hosts', host.name), { recursive: true });
    writeFileSync(join(RUN, 'hosts', host.name, 'start.sh'), hostScript(host, context));
  }
  for (const host of topology.hosts.filter(({ inside }) => !inside)) {
    spawn('sh', ['-c', `exec ${enterCommand(host, context, RUN)} 2>/run/hosts/${host.name}/log`], {
      stdio: 'ignore',
    });
  }
}

async function masquerade({ name, masquerade }: HostSpec): Promise<void> {
  if (!masquerade) return;
  await run(
    ['nsenter', `--net=/run/netns/${name}`, 'nft', '-f', '-'],
    masqueradeRuleset(masquerade),
  );
}

async function forwardTailnet(): Promise<void> {
  const script =
    'echo 1 > /proc/sys/net/ipv4/ip_forward;' +
    'for f in /proc/sys/net/ipv4/conf/*/rp_filter; do echo 0 > $f; done;' +
    '[ ! -e /proc/sys/net/ipv6 ] || echo 1 > /proc/sys/net/ipv6/conf/all/forwarding';
  await run(['nsenter', '--net=/run/netns/tailnet', 'sh', '-c', script]);
}

function listen(server: ReturnType<typeof createHub>['server'], path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      chmodSync(path, 0o600);
      resolve();
    });
  });
}

async function main(): Promise<void> {
  const chosen = options(process.argv);
  assertOwned(chosen.labId);
  process.chdir('/');
  say({ step: 'namespaces' });
  const endWithStarter = () => process.exit(1);
  process.stdin.on('end', endWithStarter).resume();
  await run(['mount', '-t', 'tmpfs', '-o', 'mode=755', `returnpath-lab-${chosen.labId}`, RUN]);
  mkdirSync(join(RUN, 'netns'));
  say({ step: 'files' });
  await build(chosen);
  if (!chosen.bound) process.stdin.off('end', endWithStarter);
  say({ ready: true });
}

main().catch((error: unknown) => {
  say({ error: error instanceof Error ? error.message : String(error) });
  process.exit(1);
});
