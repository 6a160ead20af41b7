import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import {
  type NasAnswer,
  type NasHttp,
  type NasRequest,
  NasTimeout,
  nodeHttp,
} from '../kubernetes/csi/nas-http.ts';
import { NAS_REQUEST } from '../protocol.ts';
import type { PodNetwork } from './pod-network.ts';

type Outcome =
  | { readonly is: 'answered'; readonly answer: NasAnswer }
  | { readonly is: 'timed-out' }
  | { readonly is: 'failed'; readonly why: string };

/**
 * Makes the driver's requests in the network of its pod: each by a process of its own, because a
 * process cannot change its network namespace halfway without losing its other connections.
 *
 * @param program The bundled program that serves {@link NAS_REQUEST}.
 * @param resolving Words before a command that give it the resolver of pods.
 */
export function podHttp(
  network: PodNetwork,
  program: string,
  resolving: readonly string[],
): NasHttp {
  return async (ask) => {
    const enter = await network.enter(ask.pod);
    const argv = [...enter, ...resolving, process.execPath, program, NAS_REQUEST];
    const outcome = JSON.parse(await filter(argv, JSON.stringify(ask))) as Outcome;
    if (outcome.is === 'timed-out') throw new NasTimeout('no answer in time');
    if (outcome.is === 'failed') throw new Error(outcome.why);
    return outcome.answer;
  };
}

/** The other end: one request from standard input, its outcome to standard output. */
export async function serveNasRequest(): Promise<void> {
  const ask = JSON.parse(await textOf(process.stdin)) as NasRequest;
  const outcome = await nodeHttp(ask).then(
    (answer): Outcome => ({ is: 'answered', answer }),
    (error: Error): Outcome =>
      error instanceof NasTimeout ? { is: 'timed-out' } : { is: 'failed', why: error.message },
  );
  process.stdout.write(JSON.stringify(outcome));
}

/** What a command makes of its input. @throws {Error} If it cannot be run or says nothing. */
export async function filter(
  argv: readonly string[],
  input: string,
  signal?: AbortSignal,
): Promise<string> {
  const [command = '', ...args] = argv;
  const child = spawn(command, args, {
    stdio: ['pipe', 'pipe', 'inherit'],
    ...(signal ? { signal } : {}),
  });
  // whoever aborts hears of it by the lack of an answer
  child.on('error', () => undefined);
  const started = new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve).once('error', reject);
  });
  await started;
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const text = await textOf(child.stdout);
  if (text === '') throw new Error(`Cannot make a request from a pod: "${command}" failed`);
  return text;
}

export async function textOf(stream: Readable): Promise<string> {
  let text = '';
  for await (const chunk of stream) text += String(chunk);
  return text;
}
