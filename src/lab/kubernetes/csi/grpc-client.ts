import {
  Client,
  connectivityState,
  credentials,
  type MethodDefinition,
  type ServiceError,
} from '@grpc/grpc-js';

/** A connection to a driver's socket, as a sidecar holds it. */
export interface CsiConnection {
  /** @throws {RpcError} What came back, or that nothing came. */
  call<Ask, Answer>(
    method: MethodDefinition<Ask, Answer>,
    ask: Ask,
    timeoutMs: number,
  ): Promise<Answer>;
  /** Resolves when the connection was made. Rejects after `timeoutMs`. */
  connected(timeoutMs: number): Promise<void>;
  /** Resolves when a connection that was made is gone. */
  readonly lost: Promise<void>;
  close(): void;
}

/** An error in the words of Go's gRPC, which is what sidecars log. */
export class RpcError extends Error {
  override readonly name = 'RpcError';
  /** gRPC status number. */
  readonly code: number;

  constructor(code: number, description: string) {
    super(`rpc error: code = ${NAMES[code] ?? 'Unknown'} desc = ${description}`);
    this.code = code;
  }
}

const NAMES = [
  'OK',
  'Canceled',
  'Unknown',
  'InvalidArgument',
  'DeadlineExceeded',
  'NotFound',
  'AlreadyExists',
  'PermissionDenied',
  'ResourceExhausted',
  'FailedPrecondition',
  'Aborted',
  'OutOfRange',
  'Unimplemented',
  'Internal',
  'Unavailable',
  'DataLoss',
  'Unauthenticated',
];

export const DEADLINE_EXCEEDED = 4;

export function connectCsi(socketPath: string): CsiConnection {
  const client = new Client(`unix:${socketPath}`, credentials.createInsecure(), {
    // a sidecar tries again soon; the default grows to two minutes
    'grpc.max_reconnect_backoff_ms': 1000,
    'grpc.initial_reconnect_backoff_ms': 200,
  });
  let isClosed = false;
  return {
    call: (method, ask, timeoutMs) =>
      new Promise((resolve, reject) => {
        client.makeUnaryRequest(
          method.path,
          method.requestSerialize,
          method.responseDeserialize,
          ask,
          { deadline: Date.now() + timeoutMs },
          (error, answer) => {
            if (error || !answer) reject(rpcError(error));
            else resolve(answer);
          },
        );
      }),
    connected: (timeoutMs) =>
      new Promise((resolve, reject) => {
        client.waitForReady(Date.now() + timeoutMs, (error) => {
          if (error) reject(error);
          else resolve();
        });
      }),
    lost: new Promise((resolve) => {
      const channel = client.getChannel();
      const watch = (wasReady: boolean): void => {
        if (isClosed) return;
        const state = channel.getConnectivityState(false);
        if (wasReady && state !== connectivityState.READY) {
          resolve();
          return;
        }
        channel.watchConnectivityState(state, Number.POSITIVE_INFINITY, () =>
          watch(wasReady || state === connectivityState.READY),
        );
      };
      watch(false);
    }),
    close() {
      isClosed = true;
      client.close();
    },
  };
}

function rpcError(error: ServiceError | null): RpcError {
  const status = /HTTP status code (\d+)/.exec(error?.details ?? '')?.[1];
  if (status === '502') {
    // what Go says to a proxy that answers without a content type
    return new RpcError(14, BAD_GATEWAY);
  }
  if (error?.code === DEADLINE_EXCEEDED) {
    return new RpcError(DEADLINE_EXCEEDED, 'context deadline exceeded');
  }
  return new RpcError(error?.code ?? 2, error?.details ?? 'no answer');
}

const BAD_GATEWAY =
  'unexpected HTTP status code received from server: 502 (Bad Gateway); malformed header: missing HTTP content-type';
