import { Buffer } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { WebSocket } from 'ws';
import { OutsideError } from '../../model/outside-error.ts';
import type { KubeAnswer, KubeExecAnswer, KubeExecAsk, KubeRight } from '../../ports/kubernetes.ts';
import { statusOf, urlOf } from './asking.ts';
import type { Access } from './credentials.ts';
import { PODS, pathOf } from './paths.ts';
import { answerProblem, connectionProblem, type KubeStatus } from './problem.ts';

/** First byte of each message. 255 is of v5 only: it closes the channel that follows. */
const CHANNEL = { stdin: 0, stdout: 1, stderr: 2, status: 3, close: 255 } as const;
/** v4 cannot say that the input has ended. */
const PROTOCOLS = ['v5.channel.k8s.io', 'v4.channel.k8s.io'];
const HANDSHAKE_TIMEOUT_MS = 10_000;
const STDERR_LIMIT_BYTES = 64 * 1024;
const REFUSAL_LIMIT_BYTES = 64 * 1024;

type Status = KubeStatus & {
  readonly status?: string;
  readonly details?: {
    readonly causes?: readonly { readonly reason?: string; readonly message?: string }[];
  };
};

/**
 * Runs a command in a container over one WebSocket.
 *
 * @throws {OutsideError} If it could not be started, or the connection was lost on the way.
 * @throws The abort reason, if `signal` is aborted; the command is then left alone, and what it
 *   does when its output goes nowhere is its own.
 *
 * Source: kubernetes/enhancements KEP 4006; apimachinery pkg/util/remotecommand.
 */
export async function execOver(
  { server, access }: { readonly server: string; readonly access: Access },
  ask: KubeExecAsk,
  signal: AbortSignal,
): Promise<KubeAnswer<KubeExecAnswer>> {
  signal.throwIfAborted();
  const doing = `run "${ask.command[0] ?? ''}" in pod ${ask.namespace}/${ask.pod}`;
  const session = new ExecSession(ask, doing);
  const socket = new WebSocket(execUrl(server, ask).href, PROTOCOLS, {
    agent: access.agent,
    headers: access.headers,
    handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
    perMessageDeflate: false,
    maxPayload: 32 * 1024 * 1024,
  });
  const stop = () => socket.terminate();
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await session.run(socket);
  } catch (error) {
    signal.throwIfAborted();
    throw connectionProblem(doing, error);
  } finally {
    signal.removeEventListener('abort', stop);
    socket.terminate();
  }
}

function execUrl(server: string, ask: KubeExecAsk): URL {
  const { namespace, pod, container, command, input } = ask;
  const url = urlOf(
    server.replace(/^http/, 'ws'),
    pathOf({ resource: PODS, namespace, name: pod, subresource: 'exec' }),
  );
  for (const word of command) url.searchParams.append('command', word);
  if (container !== undefined) url.searchParams.set('container', container);
  if (input !== undefined) url.searchParams.set('stdin', 'true');
  url.searchParams.set('stdout', 'true');
  url.searchParams.set('stderr', 'true');
  return url;
}

class ExecSession {
  readonly #ask: KubeExecAsk;
  readonly #doing: string;
  readonly #stdout: string[] = [];
  readonly #decoder = new TextDecoder();
  #size = 0;
  #stderr = '';
  #truncated = false;

  constructor(ask: KubeExecAsk, doing: string) {
    this.#ask = ask;
    this.#doing = doing;
  }

  run(socket: WebSocket): Promise<KubeAnswer<KubeExecAnswer>> {
    return new Promise((resolve, reject) => {
      let status: Status | undefined;
      socket.on('open', () => this.#sendInput(socket));
      socket.on('message', (data) => {
        const channel = data[0];
        const rest = data.subarray(1);
        if (channel === CHANNEL.stdout && !this.#take(rest)) resolve(this.#answer(undefined));
        else if (channel === CHANNEL.stderr) this.#takeError(rest);
        else if (channel === CHANNEL.status) status = statusOf(rest) as Status;
      });
      socket.on('error', reject);
      socket.on('close', () => {
        if (!status) reject(this.#lost());
        else {
          const code = exitCodeOf(status);
          if (code === undefined) reject(this.#notStarted(status));
          else resolve(this.#answer(code));
        }
      });
      socket.once('unexpected-response', (_request: unknown, answer: IncomingMessage) => {
        this.#refused(answer).then(resolve, reject);
      });
    });
  }

  #sendInput(socket: WebSocket): void {
    const { input } = this.#ask;
    if (input === undefined) return;
    socket.send(Buffer.concat([Buffer.from([CHANNEL.stdin]), Buffer.from(input)]));
    if (socket.protocol === PROTOCOLS[0]) {
      socket.send(Buffer.from([CHANNEL.close, CHANNEL.stdin]));
    }
  }

  /** False once there is more than was asked for. */
  #take(bytes: Uint8Array): boolean {
    this.#size += bytes.length;
    if (this.#size > this.#ask.limitBytes) {
      this.#truncated = true;
      return false;
    }
    const text = this.#decoder.decode(bytes, { stream: true });
    this.#stdout.push(text);
    this.#ask.onOutput?.(text);
    return true;
  }

  #takeError(bytes: Buffer): void {
    this.#stderr = (this.#stderr + bytes.toString()).slice(-STDERR_LIMIT_BYTES);
  }

  #answer(exitCode: number | undefined): KubeAnswer<KubeExecAnswer> {
    return {
      is: 'read',
      value: {
        stdout: this.#stdout.join(''),
        stderr: this.#stderr,
        exitCode,
        truncated: this.#truncated,
      },
    };
  }

  #lost(): OutsideError {
    return new OutsideError({
      doing: this.#doing,
      found: 'the connection ended before the command did',
      next: 'try again; the pod may have been deleted',
    });
  }

  #notStarted({ message = 'no reason was given' }: Status): OutsideError {
    return new OutsideError({
      doing: this.#doing,
      found: message.slice(0, 300),
      next: 'choose a container that has a shell',
    });
  }

  async #refused(answer: IncomingMessage): Promise<KubeAnswer<KubeExecAnswer>> {
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > REFUSAL_LIMIT_BYTES) break;
      chunks.push(chunk);
    }
    const code = answer.statusCode ?? 0;
    const status = statusOf(Buffer.concat(chunks));
    if (code === 404) return { is: 'absent' };
    if (code === 403) {
      return {
        is: 'forbidden',
        lacks: this.#right(status),
        message: (status.message ?? '').slice(0, 300),
      };
    }
    throw answerProblem(this.#doing, code, status);
  }

  /** A WebSocket is a GET; since Kubernetes 1.35 it takes the right to create as well. */
  #right({ message = '' }: Status): KubeRight {
    const verb = /cannot create resource/.test(message) ? 'create' : 'get';
    return { verb, resource: 'pods/exec', namespace: this.#ask.namespace };
  }
}

/** `undefined` when the command could not be started at all. */
function exitCodeOf({ status, reason, details }: Status): number | undefined {
  if (status === 'Success') return 0;
  if (reason !== 'NonZeroExitCode') return undefined;
  const cause = details?.causes?.find((one) => one.reason === 'ExitCode');
  const code = Number.parseInt(cause?.message ?? '', 10);
  return Number.isNaN(code) ? 1 : code;
}
