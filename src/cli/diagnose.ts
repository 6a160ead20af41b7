import { Command, Option } from 'commander';
import { diagnose } from '../diagnose/diagnose.ts';
import type { Diagnosis } from '../model/diagnosis.ts';
import { runDiagnosis } from '../session/diagnose-session.ts';
import { EXIT, exitCodeOf, exitCodeOfLook } from './exit-codes.ts';
import { readGiven } from './given-files.ts';
import { openedBeforehand } from './open-beforehand.ts';
import { more, type QuestionOptions, requestOf, withQuestionOptions } from './question-options.ts';
import { FORMATS, type Format, render, save } from './render.ts';
import { realSurroundings } from './surroundings.ts';

interface Options extends QuestionOptions {
  readonly file?: string[];
  readonly output: Format;
  readonly save?: string;
  readonly verbose?: boolean;
  readonly progress?: boolean;
}

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
which node to look; --from local: looks from this machine instead, and without a kubeconfig that is
the default. Nothing is changed there: at most, pods are made to look from and deleted again.

Examples:
  kubectl returnpath diagnose                                   from a kubeconfig alone
  kubectl returnpath diagnose --to ssh://admin@10.0.0.210       and with a look at the storage server
  kubectl returnpath diagnose --context homelab -n media --as ops --image busybox:1.37
  returnpath diagnose --from ssh://root@10.0.0.197 --to ssh://admin@10.0.0.210 --control 10.0.0.1
  returnpath diagnose --from local: --to 10.0.0.210 --compare ssh://me@10.0.0.38   no cluster, no login
  returnpath diagnose --to ssh://admin@10.0.0.210 --sudo --save look.json
  returnpath diagnose -f look.json -o markdown > incident.md
  returnpath diagnose -f events.txt -f logs.txt     of kubectl get pods, get events, describe, logs

Exit status: 0 healthy, 1 cause found, 2 cannot tell, 3 wrong usage, 4 something outside failed,
130 interrupted (what was known is printed).`;

export function diagnoseCommand(): Command {
  return withQuestionOptions(new Command('diagnose'))
    .description('find out why a client cannot reach a server: the way there, and the way back')
    .option(
      '-f, --file <file>',
      'judge a saved snapshot, or what kubectl printed, instead of looking; repeat; - is stdin',
      more,
    )
    .addOption(
      new Option('-o, --output <format>', 'form of the report').choices(FORMATS).default('text'),
    )
    .option('--save <file>', 'write the snapshot, to be judged again with -f')
    .option('-v, --verbose', 'show everything that was read')
    .option('--progress', 'say each step on standard error, also when it is no terminal')
    .addHelpText('after', EXAMPLES)
    .action(run);
}

async function run(options: Options): Promise<void> {
  if (options.file !== undefined) {
    const diagnosis = diagnose(await readGiven(options.file));
    finish(diagnosis, options, exitCodeOf(diagnosis));
    return;
  }
  const request = await requestOf(options);
  const interrupt = new AbortController();
  const onInterrupt = () => interrupt.abort();
  process.once('SIGINT', onInterrupt);
  process.once('SIGTERM', onInterrupt);
  const urls = [request.from, request.to, ...request.compare].filter((url) => url !== undefined);
  const surroundings = await openedBeforehand(urls, realSurroundings(), {
    options: request.vantage,
    signal: interrupt.signal,
  });
  const { snapshot, diagnosis } = await runDiagnosis(request, surroundings, {
    signal: interrupt.signal,
    onProgress:
      options.progress || process.stderr.isTTY ? (line) => console.error(line) : undefined,
  });
  process.off('SIGINT', onInterrupt);
  process.off('SIGTERM', onInterrupt);
  const code = interrupt.signal.aborted
    ? EXIT.interrupted
    : exitCodeOfLook(diagnosis, snapshot, request);
  finish(diagnosis, options, code);
  if (options.save !== undefined) await save(options.save, `${JSON.stringify(snapshot)}\n`);
}

function finish(diagnosis: Diagnosis, { output, verbose }: Options, code: number): void {
  process.stdout.write(render(diagnosis, output, verbose === true));
  process.exitCode = code;
}
