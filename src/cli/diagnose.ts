import { Command, InvalidArgumentError, Option } from 'commander';
import { diagnose } from '../diagnose/diagnose.ts';
import type { Diagnosis } from '../model/diagnosis.ts';
import { runDiagnosis } from '../session/diagnose-session.ts';
import {
  DEFAULT_DEADLINE_MS,
  DEFAULT_PORTS,
  DEFAULT_PROBE_TIMEOUT_MS,
  type DiagnoseRequest,
} from '../session/request.ts';
import { clusterOf, kubeOptions } from './cluster-options.ts';
import { readConfig } from './config.ts';
import { EXIT, exitCodeOf } from './exit-codes.ts';
import { openedBeforehand } from './open-beforehand.ts';
import { askPassword } from './password.ts';
import { FORMATS, type Format, render, save } from './render.ts';
import { readSnapshot } from './snapshot-file.ts';
import { realSurroundings } from './surroundings.ts';
import { type TruenasOptions, truenasLogin, withTruenasOptions } from './truenas-login.ts';

interface Options extends TruenasOptions {
  readonly from?: string;
  readonly to?: string;
  readonly address?: string[];
  readonly port?: number[];
  readonly control?: string[];
  readonly compare?: string[];
  readonly config?: string;
  readonly file?: string;
  readonly output: Format;
  readonly save?: string;
  readonly timeout: number;
  readonly sudo?: boolean;
  readonly verbose?: boolean;
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly namespace?: string;
  readonly as?: string;
  readonly asGroup?: string[];
  readonly image?: string;
  readonly probeNamespace?: string;
}

const CLUSTER = 'A cluster:';

const EXAMPLES = `
A vantage is a way to look at a host:
  local:                      this machine
  node://NAME                 a node of the cluster, by short-lived pods in its network
  pod://NAMESPACE/NAME        a running pod, by its own shell
  ssh://USER@HOST[:PORT]      by your own ssh and its configuration; several addresses of one host
                              are tried side by side: ssh://admin@10.0.0.210,100.68.1.2
  truenas://[USER@]HOST[:PORT]  by the API of a TrueNAS and its web shell, with an API key
A bare address for --to means that nobody can look at the server.

Without --from, and with a kubeconfig, the cluster is asked what hangs, on which server, and from
which node to look. Nothing is changed there: at most, pods are made to look from and deleted again.

Examples:
  kubectl returnpath diagnose                                   from a kubeconfig alone
  kubectl returnpath diagnose --to ssh://admin@10.0.0.210       and with a look at the storage server
  kubectl returnpath diagnose --context homelab -n media --as ops --image busybox:1.37
  returnpath diagnose --from ssh://root@10.0.0.197 --to ssh://admin@10.0.0.210 --control 10.0.0.1
  returnpath diagnose --to 10.0.0.210 --compare ssh://me@10.0.0.38     from this machine, no NAS login
  returnpath diagnose --to ssh://admin@10.0.0.210 --sudo --save look.json
  returnpath diagnose -f look.json -o markdown > incident.md

Exit status: 0 healthy, 1 cause found, 2 cannot tell, 3 wrong usage, 4 something outside failed,
130 interrupted (what was known is printed).`;

export function diagnoseCommand(): Command {
  return withTruenasOptions(new Command('diagnose'))
    .description('find out why a client cannot reach a server: the way there, and the way back')
    .option('--from <url>', 'vantage on the client (default: the node that hangs, else local:)')
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
    .option('-f, --file <snapshot>', 'judge a saved snapshot instead of looking; - is stdin')
    .addOption(
      new Option('-o, --output <format>', 'form of the report').choices(FORMATS).default('text'),
    )
    .option('--save <file>', 'write the snapshot, to be judged again with -f')
    .option('--timeout <seconds>', 'time for everything', seconds, DEFAULT_DEADLINE_MS / 1000)
    .option('--sudo', 'become root by sudo on ssh vantages; a password is asked for, not passed')
    .option('-v, --verbose', 'show everything that was read')
    .addHelpText('after', EXAMPLES)
    .action(run);
}

async function run(options: Options): Promise<void> {
  if (options.file !== undefined) {
    const diagnosis = diagnose(await readSnapshot(options.file));
    finish(diagnosis, options, exitCodeOf(diagnosis));
    return;
  }
  const request = await requestOf(options);
  const interrupt = new AbortController();
  const onInterrupt = () => interrupt.abort();
  process.once('SIGINT', onInterrupt);
  process.once('SIGTERM', onInterrupt);
  const urls = [request.from, request.to, ...request.compare].filter((url) => url !== undefined);
  const surroundings = await openedBeforehand(urls, realSurroundings(), request.vantage);
  const { snapshot, diagnosis } = await runDiagnosis(request, surroundings, {
    signal: interrupt.signal,
    onProgress: process.stderr.isTTY ? (line) => console.error(line) : undefined,
  });
  process.off('SIGINT', onInterrupt);
  process.off('SIGTERM', onInterrupt);
  const code = interrupt.signal.aborted ? EXIT.interrupted : codeOf(diagnosis, snapshot.hosts);
  finish(diagnosis, options, code);
  if (options.save !== undefined) await save(options.save, `${JSON.stringify(snapshot)}\n`);
}

/** Looking that failed altogether is a failure outside, not a riddle. */
function codeOf(diagnosis: Diagnosis, hosts: object): number {
  const sawNothing = Object.keys(hosts).length === 0;
  return sawNothing && diagnosis.verdict === 'cannot-tell' ? EXIT.outside : exitCodeOf(diagnosis);
}

function finish(diagnosis: Diagnosis, { output, verbose }: Options, code: number): void {
  process.stdout.write(render(diagnosis, output, verbose === true));
  process.exitCode = code;
}

async function requestOf(options: Options): Promise<DiagnoseRequest> {
  const config = options.config === undefined ? {} : await readConfig(options.config);
  const from = options.from ?? config.from;
  const to = options.to ?? config.to;
  const cluster = from === undefined ? clusterOf(options, to) : undefined;
  if (to === undefined && !cluster) {
    throw new SyntaxError(
      'Cannot diagnose: --to is missing, and no kubeconfig was found\n  try: --to ssh://USER@SERVER, or --to ADDRESS if nobody can log in there, or --kubeconfig FILE',
    );
  }
  const ports = options.port ?? config.port;
  const { image, probeNamespace: namespace } = options;
  return {
    ...(cluster ? { cluster } : { from: from ?? 'local:' }),
    ...(to === undefined ? {} : { to }),
    addresses: options.address ?? config.address ?? [],
    ports: ports ?? (cluster ? [] : DEFAULT_PORTS),
    controls: options.control ?? config.control ?? [],
    compare: options.compare ?? config.compare ?? [],
    deadlineMs: options.timeout * 1000,
    probeTimeoutMs: Math.min(DEFAULT_PROBE_TIMEOUT_MS, options.timeout * 1000),
    vantage: {
      ...(options.sudo ? { sudo: true, sudoPassword: askPassword } : {}),
      truenas: truenasLogin(options),
      kube: kubeOptions(options),
      probePods: { image, namespace },
    },
  };
}

function more(value: string, earlier: string[] = []): string[] {
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
