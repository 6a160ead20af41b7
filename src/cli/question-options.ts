import { type Command, InvalidArgumentError, Option } from 'commander';
import {
  DEFAULT_DEADLINE_MS,
  DEFAULT_PORTS,
  DEFAULT_PROBE_TIMEOUT_MS,
  type DiagnoseRequest,
} from '../session/request.ts';
import { checkVantages } from './check-vantages.ts';
import { type ClusterOptions, clusterOf, kubeOptions } from './cluster-options.ts';
import { readConfig } from './config.ts';
import { askPassword } from './password.ts';
import { type TruenasOptions, truenasLogin, withTruenasOptions } from './truenas-login.ts';

/** Who is asked about whom, and how they are reached. */
export interface QuestionOptions extends TruenasOptions, ClusterOptions {
  readonly from?: string;
  readonly to?: string;
  readonly address?: string[];
  readonly port?: number[];
  readonly control?: string[];
  readonly compare?: string[];
  readonly config?: string;
  readonly timeout: number;
  readonly sudo?: boolean;
  readonly image?: string;
  readonly probeNamespace?: string;
}

const CLUSTER = 'A cluster:';

/** The options of every command that looks at both ends. */
export function withQuestionOptions(command: Command): Command {
  return withTruenasOptions(command)
    .option(
      '--from <url>',
      'vantage on the client (default: with a kubeconfig the node that hangs, else local:)',
    )
    .option('--to <url>', 'vantage on the server, or its bare address')
    .addOption(new Option('--kubeconfig <file>', 'as for kubectl').helpGroup(CLUSTER))
    .addOption(new Option('--context <name>', 'as for kubectl').helpGroup(CLUSTER))
    .addOption(
      new Option('-n, --namespace <name>', 'only what hangs in this namespace').helpGroup(CLUSTER),
    )
    .addOption(new Option('--as <user>', 'as for kubectl').helpGroup(CLUSTER))
    .addOption(
      new Option('--as-group <group>', 'as for kubectl; repeat').argParser(more).helpGroup(CLUSTER),
    )
    .addOption(
      new Option('--image <image>', 'for pods to look from (default: one on the node)').helpGroup(
        CLUSTER,
      ),
    )
    .addOption(
      new Option('--probe-namespace <name>', 'where such pods go (default: found out)').helpGroup(
        CLUSTER,
      ),
    )
    .option(
      '--address <addr>',
      'address the client uses (default: on a shared subnet); repeat',
      more,
    )
    .option('--port <n>', `port that matters; repeat (default: ${DEFAULT_PORTS.join(', ')})`, port)
    .option('--control <addr>', 'LAN address to ask beside the server (default: gateway)', more)
    .option('--compare <url>', 'vantage on another client that asks the same server; repeat', more)
    .option('--config <file>', 'YAML or JSON with the same names: from, to, port, control, compare')
    .option('--timeout <seconds>', 'time for everything', seconds, DEFAULT_DEADLINE_MS / 1000)
    .option('--sudo', 'become root by sudo on ssh vantages; a password is asked for, not passed');
}

/** The options of commands that act again where a run has acted. */
export function withReachOptions(command: Command): Command {
  return withTruenasOptions(command)
    .addOption(new Option('--kubeconfig <file>', 'as for kubectl').helpGroup(CLUSTER))
    .addOption(new Option('--context <name>', 'as for kubectl').helpGroup(CLUSTER))
    .option('--sudo', 'become root by sudo on ssh vantages; a password is asked for, not passed');
}

/** @throws {SyntaxError} If nothing tells which server, or one of the ends is no vantage. */
export async function requestOf(options: QuestionOptions): Promise<DiagnoseRequest> {
  const config = options.config === undefined ? {} : await readConfig(options.config);
  const from = options.from ?? config.from;
  const to = options.to ?? config.to;
  const cluster = from === undefined ? clusterOf(options) : undefined;
  if (to === undefined && !cluster) {
    throw new SyntaxError(
      'Cannot diagnose: --to is missing, and no kubeconfig was found\n  try: --to ssh://USER@SERVER, or --to ADDRESS if nobody can log in there, or --kubeconfig FILE',
    );
  }
  const ports = options.port ?? config.port;
  const compare = options.compare ?? config.compare ?? [];
  checkVantages({ '--from': from, '--to': to, '--compare': compare });
  return {
    ...(cluster ? { cluster } : { from: from ?? 'local:' }),
    ...(to === undefined ? {} : { to }),
    addresses: options.address ?? config.address ?? [],
    ports: ports ?? (cluster ? [] : DEFAULT_PORTS),
    controls: options.control ?? config.control ?? [],
    compare,
    deadlineMs: options.timeout * 1000,
    probeTimeoutMs: Math.min(DEFAULT_PROBE_TIMEOUT_MS, options.timeout * 1000),
    vantage: vantageOptions(options),
  };
}

/** How the vantages are reached. */
function vantageOptions(options: QuestionOptions): DiagnoseRequest['vantage'] {
  const { image, probeNamespace: namespace } = options;
  return {
    ...(options.sudo ? { sudo: true, sudoPassword: askPassword } : {}),
    truenas: truenasLogin(options),
    kube: kubeOptions(options),
    probePods: { image, namespace },
  };
}

export function more(value: string, earlier: string[] = []): string[] {
  return [...earlier, value];
}

function port(value: string, earlier: number[] = []): number[] {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1 || number > 65_535) {
    throw new InvalidArgumentError('a port is a whole number from 1 to 65535');
  }
  return [...earlier, number];
}

function seconds(value: string): number {
  const number = Number(value);
  if (!(number > 0 && number <= 600)) {
    throw new InvalidArgumentError('a number of seconds, more than 0 and at most 600');
  }
  return number;
}
