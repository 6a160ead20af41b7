import type { IncomingMessage } from 'node:http';
import { type Duplex, PassThrough, Writable } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Status } from '../api/errors.ts';
import type { KubeObject } from '../object.ts';

interface ExecStreams {
  readonly stdin: PassThrough;
  readonly stdout: Writable;
  readonly stderr: Writable;
  readonly tty: boolean;
  /** Aborted when the client goes away. */
  readonly signal: AbortSignal;
}

export interface ExecAsk {
  readonly pod: KubeObject;
  readonly container: string;
  readonly argv: readonly string[];
  readonly streams: ExecStreams;
}

/** Runs a command in a container and tells its exit code. Throws when it cannot be started. */
export type Exec = (ask: ExecAsk) => Promise<number>;

/** First byte of each message. 255 exists in v5 only: it closes the channel that follows. */
const CHANNEL = { stdin: 0, stdout: 1, stderr: 2, error: 3, resize: 4, close: 255 } as const;
const PROTOCOLS = ['v5.channel.k8s.io', 'v4.channel.k8s.io'];

const server = new WebSocketServer({
  noServer: true,
  perMessageDeflate: false,
  maxPayload: 32 * 1024 * 1024,
  handleProtocols: (offered) => PROTOCOLS.find((name) => offered.has(name)) ?? false,
});

/** Whether a client speaks a version of the exec protocol the lab has. */
export function speaksExec({ headers }: IncomingMessage): boolean {
  const offered = (headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
  return (
    headers.upgrade?.toLowerCase() === 'websocket' && PROTOCOLS.some((p) => offered.includes(p))
  );
}

/**
 * Carries a command's streams over one WebSocket, then its end as a Status.
 *
 * Source: kubernetes/enhancements, KEP 4006; apimachinery pkg/util/remotecommand.
 */
export function serveExec(
  upgrade: { readonly request: IncomingMessage; readonly socket: Duplex; readonly head: Buffer },
  ask: Omit<ExecAsk, 'streams'> & { readonly tty: boolean; readonly hasStdin: boolean },
  exec: Exec,
): void {
  server.handleUpgrade(upgrade.request, upgrade.socket, upgrade.head, (client) => {
    const abort = new AbortController();
    const streams = streamsOf(client, { tty: ask.tty, signal: abort.signal });
    if (!ask.hasStdin) streams.stdin.end();
    client.on('close', () => {
      streams.stdin.end();
      abort.abort(new Error('the client closed the connection'));
    });
    client.on('error', () => client.terminate());
    exec({ pod: ask.pod, container: ask.container, argv: ask.argv, streams }).then(
      (code) => finish(client, code === 0 ? SUCCESS : exitStatus(code)),
      (error: unknown) => finish(client, startStatus(error)),
    );
  });
}

function streamsOf(
  client: WebSocket,
  { tty, signal }: Pick<ExecStreams, 'tty' | 'signal'>,
): ExecStreams {
  const stdin = new PassThrough();
  client.on('message', (data) => {
    const [channel, closed] = data;
    if (channel === CHANNEL.stdin) stdin.write(data.subarray(1));
    else if (channel === CHANNEL.close && closed === CHANNEL.stdin) stdin.end();
  });
  const output = (channel: number): Writable =>
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        client.send(Buffer.concat([Buffer.from([channel]), chunk]), () => done());
      },
    });
  return { stdin, stdout: output(CHANNEL.stdout), stderr: output(CHANNEL.stderr), tty, signal };
}

function finish(client: WebSocket, status: Partial<Status>): void {
  const text = Buffer.from(JSON.stringify({ metadata: {}, ...status }));
  client.send(Buffer.concat([Buffer.from([CHANNEL.error]), text]));
  client.close(1000);
}

const SUCCESS: Partial<Status> = { status: 'Success' };

function exitStatus(code: number): Partial<Status> {
  return {
    status: 'Failure',
    message: `command terminated with non-zero exit code: exit status ${code}`,
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: String(code) }] },
  };
}

function startStatus(error: unknown): Partial<Status> {
  const why = error instanceof Error ? error.message : String(error);
  return {
    status: 'Failure',
    message: `Internal error occurred: error executing command in container: ${why}`,
    reason: 'InternalError',
    details: { causes: [{ message: `error executing command in container: ${why}` }] },
    code: 500,
  };
}
