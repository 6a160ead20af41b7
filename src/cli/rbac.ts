import { Command, InvalidArgumentError } from 'commander';
import {
  CONFIG_RIGHTS,
  LOOK_RIGHTS,
  type NeededRight,
  READ_RIGHTS,
} from '../collect/kubernetes/rights.ts';
import { OutsideError } from '../model/outside-error.ts';
import { openKubernetes } from '../platform/kubernetes/kubernetes.ts';
import { atMost } from '../ports/at-most.ts';
import type { Kubernetes } from '../ports/kubernetes.ts';
import { EXIT } from './exit-codes.ts';

interface Options {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly as?: string;
  readonly asGroup?: string[];
  readonly namespace?: string;
  readonly probePods?: boolean;
  readonly driverConfig?: boolean;
  readonly timeout: number;
}

interface Checked {
  readonly right: NeededRight;
  readonly allowed: boolean;
}

const EXAMPLES = `
Asks the API server about each right by a SelfSubjectAccessReview, and changes nothing.

Examples:
  returnpath rbac                                   what a diagnosis reads
  returnpath rbac --probe-pods -n democratic-csi    and what looking from nodes takes there
  returnpath rbac --as system:serviceaccount:ops:returnpath

Grant what is lacking with manifests/rbac-read.yaml, rbac-probe-pods.yaml and
rbac-driver-config.yaml.

Exit status: 0 nothing is lacking, 1 something is, 4 something outside failed.`;

/** Most are asked side by side; the API server answers each in a few milliseconds. */
const DEFAULT_TIMEOUT_S = 15;

export function rbacCommand(): Command {
  return new Command('rbac')
    .description('print which rights of a Kubernetes cluster the caller lacks')
    .option('--kubeconfig <file>', 'as for kubectl')
    .option('--context <name>', 'as for kubectl')
    .option('--as <user>', 'as for kubectl')
    .option('--as-group <group>', 'as for kubectl; repeat', (value: string, all: string[] = []) => [
      ...all,
      value,
    ])
    .option('-n, --namespace <name>', 'where pods would be made, and configurations read')
    .option('--probe-pods', 'also what looking from nodes and pods takes')
    .option('--driver-config', "also what reading a driver's configuration takes")
    .option('--timeout <seconds>', 'time for everything', seconds, DEFAULT_TIMEOUT_S)
    .addHelpText('after', EXAMPLES)
    .action(run);
}

async function run(options: Options): Promise<void> {
  const { asGroup, ...rest } = options;
  const { kube } = await openKubernetes({ ...rest, asGroups: asGroup });
  const signal = atMost(options.timeout * 1000);
  try {
    const checked = await check(kube, rightsFor(options), signal);
    process.stdout.write(rightsText(checked));
    process.exitCode = checked.every(({ allowed }) => allowed) ? EXIT.ok : EXIT.causeFound;
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new OutsideError({
      doing: 'ask for rights',
      found: `${kube.server} did not answer within ${options.timeout} s`,
      next: 'check the way from here to the API server, or give it more --timeout',
      cause: error,
    });
  } finally {
    kube.close();
  }
}

function seconds(value: string): number {
  const number = Number(value);
  if (number > 0 && number <= 600) return number;
  throw new InvalidArgumentError('a number of seconds, more than 0 and at most 600');
}

function rightsFor({ probePods, driverConfig, namespace }: Options): readonly NeededRight[] {
  const inNamespace = (right: NeededRight): NeededRight =>
    namespace === undefined || right.resource === 'namespaces' ? right : { ...right, namespace };
  return [
    ...READ_RIGHTS,
    ...(probePods ? LOOK_RIGHTS.map(inNamespace) : []),
    ...(driverConfig ? CONFIG_RIGHTS.map(inNamespace) : []),
  ];
}

/** A right to objects of some names counts only when it covers each of them. */
function check(
  kube: Kubernetes,
  rights: readonly NeededRight[],
  signal: AbortSignal,
): Promise<readonly Checked[]> {
  return Promise.all(
    rights.map(async (right) => {
      const names = right.names ?? [undefined];
      const answers = await Promise.all(names.map((name) => kube.may({ ...right, name }, signal)));
      return { right, allowed: answers.every(Boolean) };
    }),
  );
}

/** One line for each right that is lacking, or one line that says that none is. */
export function rightsText(checked: readonly Checked[]): string {
  const lacking = checked.filter(({ allowed }) => !allowed).map(({ right }) => right);
  if (lacking.length === 0)
    return `nothing is lacking: all of ${checked.length} rights are there\n`;
  const rows = lacking.map((right) => [right.verb, nameOf(right), placeOf(right), right.why]);
  const widths = [0, 1, 2].map((at) => Math.max(...rows.map((row) => (row[at] ?? '').length)));
  const lines = rows.map((row) =>
    row
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return `lacking ${lacking.length} of ${checked.length} rights:\n${lines.map((line) => `  ${line}\n`).join('')}`;
}

function nameOf({ resource, group, names }: NeededRight): string {
  const full = group ? `${resource}.${group}` : resource;
  return names ? `${full} (${names.join(', ')})` : full;
}

function placeOf({ namespace }: NeededRight): string {
  return namespace === undefined ? 'in all namespaces' : `in ${namespace}`;
}
