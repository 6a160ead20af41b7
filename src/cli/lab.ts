import { spawn } from 'node:child_process';
import { Command, Option } from 'commander';
import { commandLab } from '../lab/control.ts';
import { allFaults, clusterFaults } from '../lab/faults/index.ts';
import { findLabs, type RunningLab, readLabFile } from '../lab/find-labs.ts';
import { LAB_VARIANTS, type LabFileKubernetes, type LabVariant } from '../lab/lab-file.ts';
import { chooseLab, locateLabHost } from '../lab/locate.ts';
import { labEnvironment } from '../lab/programs.ts';
import { TROUBLES } from '../lab/protocol.ts';
import { startLab } from '../lab/start.ts';
import { stopLab } from '../lab/stop.ts';
import { DEFAULT_BACK_OFF_SCALE } from '../lab/topology/adjust.ts';
import { TRUENAS_RELEASES } from '../lab/topology/topology.ts';
import { EXIT } from './exit-codes.ts';

const EXAMPLES = `
Examples:
  returnpath lab up
  returnpath lab break accept-routes
  returnpath diagnose --from lab://node --to lab://nas --control 10.0.0.1
  returnpath lab exec nas -- ip route get 10.0.0.197 from 10.0.0.210
  returnpath lab up --id night --kubernetes
  returnpath lab exec --id night utility -- kubectl --kubeconfig /run/returnpath-lab/kubernetes/admin.kubeconfig get pods -A
  returnpath lab exec --network-only utility -- returnpath diagnose -n media --to lab://nas
  returnpath lab down`;

interface WhichLab {
  readonly id?: string;
}

/** The homelab of the outage, from namespaces of this kernel: to break, look at and mend. */
export function labCommand(): Command {
  return new Command('lab')
    .enablePositionalOptions()
    .description('build the homelab of the outage from namespaces, break it and mend it')
    .addHelpText('after', EXAMPLES)
    .enablePositionalOptions()
    .addCommand(upCommand())
    .addCommand(onLab('status', 'say which labs run, and what is broken in them').action(status))
    .addCommand(onLab('break', 'put a fault in force').argument('<fault>').action(change('break')))
    .addCommand(onLab('mend', 'take a fault back').argument('<fault>').action(change('mend')))
    .addCommand(
      onLab('trouble', 'make something go wrong while somebody mends; without a name nothing')
        .argument('[name]', Object.values(TROUBLES).flat().join(', '))
        .action(trouble),
    )
    .addCommand(
      onLab('release', 'make the running TrueNAS one of another release')
        .argument('<release>', TRUENAS_RELEASES.join(', '))
        .action(release),
    )
    .addCommand(
      onLab('relogin', "log the NAS' node out; its container logs it in again").action(relogin),
    )
    .addCommand(onLab('reboot', 'start a machine anew').argument('<host>').action(reboot))
    .addCommand(new Command('faults').description('list what can be broken').action(listFaults))
    .addCommand(
      onLab('exec', 'run a program on a host')
        .option(
          '--network-only',
          "in the host's network, with the files and processes of this machine",
        )
        .argument('<host>')
        .argument('<command...>')
        .passThroughOptions()
        .action(exec),
    )
    .addCommand(onLab('down', 'end a lab').action(down));
}

function onLab(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .option('--id <id>', 'which lab, if several run');
}

function upCommand(): Command {
  return new Command('up')
    .description('build the lab; it stays until `lab down`')
    .option('--id <id>', 'its name, to run several side by side', 'homelab')
    .addOption(
      new Option('--variant <variant>', 'what the tunnels are made of')
        .choices(LAB_VARIANTS)
        .default('veth'),
    )
    .option('--swap <host/daemon=address>', 'relay to a real program instead of emulating', collect)
    .option('--truenas <release>', 'release that the emulated TrueNAS is')
    .option('--kubernetes', 'serve the Kubernetes API of the homelab, with its pods')
    .addOption(
      new Option('--back-off-scale <times>', 'shorten the waits of its kubelet; 1 is real')
        .argParser(Number)
        .default(DEFAULT_BACK_OFF_SCALE),
    )
    .addOption(
      new Option('--nodes <count>', 'nodes of its cluster: 1 or 2').argParser(Number).default(1),
    )
    .option('--outage', 'begin in the middle of the outage (accept-routes), not healthy')
    .action(up);
}

async function up(options: {
  id: string;
  variant: LabVariant;
  swap?: readonly string[];
  truenas?: string;
  kubernetes?: boolean;
  backOffScale: number;
  nodes: number;
  outage?: boolean;
}): Promise<void> {
  const started = performance.now();
  const { swap, ...rest } = options;
  const lab = await startLab({ ...rest, swaps: swap, keep: true });
  const seconds = ((performance.now() - started) / 1000).toFixed(2);
  console.log(`lab "${lab.id}" is ready after ${seconds} s; process ${lab.ownerPid} holds it`);
}

function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

function status({ id }: WhichLab): void {
  const labs = id === undefined ? findLabs() : [chooseLab(id)];
  if (labs.length === 0) console.log('no lab is running');
  for (const lab of labs) describeLab(lab);
}

function describeLab(lab: RunningLab): void {
  const { variant, faults: inForce, trouble, hosts, rootless, kubernetes } = readLabFile(lab);
  const how = `${variant}${rootless ? ', in a user namespace' : ''}`;
  console.log(`lab "${lab.id}" (${how}), process ${lab.ownerPid}`);
  console.log(`  faults  ${inForce.length > 0 ? inForce.join(', ') : 'none'}`);
  if (trouble !== undefined) console.log(`  trouble ${trouble}`);
  for (const { name, hostname, addresses, off } of hosts) {
    const where = off ? 'switched off' : addresses.join(' ');
    console.log(`  ${`lab://${lab.id}/${name}`.padEnd(30)} ${hostname.padEnd(28)} ${where}`);
  }
  if (kubernetes) describeCluster(kubernetes);
}

/** Paths are those that hosts of the lab see; nothing outside reaches the API anyway. */
function describeCluster({ url, backOffScale, kubeconfigs }: LabFileKubernetes): void {
  console.log(`  kubernetes ${url}, back-off waits ${backOffScale} times shorter than real`);
  for (const [user, path] of Object.entries(kubeconfigs)) {
    console.log(`    ${user.padEnd(10)} --kubeconfig ${path}`);
  }
}

function change(command: 'break' | 'mend') {
  return async (fault: string, { id }: WhichLab): Promise<void> => {
    const inForce = await commandLab(chooseLab(id), command, fault);
    console.log(inForce.length > 0 ? `in force: ${inForce.join(', ')}` : 'the lab is whole');
  };
}

async function trouble(name: string | undefined, { id }: WhichLab): Promise<void> {
  await commandLab(chooseLab(id), 'trouble', name);
  console.log(name === undefined ? 'nothing goes wrong on purpose' : `from now on: ${name}`);
}

async function release(name: string, { id }: WhichLab): Promise<void> {
  await commandLab(chooseLab(id), 'release', name);
  console.log(`the NAS is now a TrueNAS ${name}`);
}

async function relogin({ id }: WhichLab): Promise<void> {
  await commandLab(chooseLab(id), 'relogin');
  console.log('truenas was logged out of the tailnet and has logged in again');
}

async function reboot(host: string, { id }: WhichLab): Promise<void> {
  await commandLab(chooseLab(id), 'reboot', host);
  console.log(`${host} is up again`);
}

function listFaults(): void {
  for (const fault of allFaults) {
    const { id, title, expect } = fault;
    const yields = expect.causes.length > 0 ? expect.causes.join(', ') : expect.verdict;
    const needs = clusterFaults.includes(fault) ? ' (--kubernetes)' : '';
    console.log(`${id.padEnd(26)} ${title}${needs}  =>  ${yields}`);
  }
}

interface ExecOptions extends WhichLab {
  readonly networkOnly?: boolean;
}

async function exec(
  host: string,
  command: readonly string[],
  { id, networkOnly }: ExecOptions,
): Promise<void> {
  const handle = await locateLabHost(id, host);
  const enter = networkOnly ? handle.enterNetwork : handle.enter;
  const env = { ...labEnvironment(), ...(networkOnly ? adminOf(id, handle.root) : {}) };
  // options after the host belong to the command, and so does the `--` before it
  const asked = command[0] === '--' ? command.slice(1) : command;
  const [program = '', ...args] = [...enter, ...asked];
  const child = spawn(program, args, { stdio: 'inherit', env });
  process.exitCode = await new Promise<number>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? EXIT.outside));
  });
}

/** Who sits at a host of the LAN has a kubeconfig of the lab's cluster, if it has one. */
function adminOf(id: string | undefined, root = ''): NodeJS.ProcessEnv {
  const path = readLabFile(chooseLab(id)).kubernetes?.kubeconfigs['admin'];
  return path === undefined ? {} : { KUBECONFIG: `${root}${path}` };
}

async function down({ id }: WhichLab): Promise<void> {
  const lab = chooseLab(id);
  await stopLab(lab.ownerPid, lab.id);
  console.log(`lab "${lab.id}" is gone`);
}
