import { setTimeout as wait } from 'node:timers/promises';
import type { KubeAnswer, KubeRight } from '../../ports/kubernetes.ts';
import type { Access, Credentials } from './credentials.ts';
import { answerProblem, connectionProblem, type KubeStatus, rightText } from './problem.ts';
import { send, type WireAnswer, type WireAsk } from './wire.ts';

/** One request, and the right it takes. */
export interface Ask {
  readonly method: WireAsk['method'];
  readonly path: string;
  readonly right: KubeRight;
  readonly accept?: string | undefined;
  readonly body?: string | undefined;
  readonly limitBytes?: number | undefined;
  /** A further code that means that there is nothing: 400 for the log of what has not run. */
  readonly absentCode?: number | undefined;
}

/** An answer that is not an error, or a continuation that has ended (410). */
export type Raw =
  | { readonly is: 'answer'; readonly body: Buffer }
  | { readonly is: 'gone'; readonly status: KubeStatus };

export type AskRaw = (ask: Ask, signal: AbortSignal) => Promise<KubeAnswer<Raw>>;

const ANSWER_LIMIT_BYTES = 128 * 1024 * 1024;
const REQUEST_TIMEOUT_MS = 15_000;
const TRIES = 3;
const LONGEST_WAIT_S = 2;

/**
 * Sends requests with the credentials of a kubeconfig. Credentials that were refused are renewed
 * once; an overloaded server is asked again, twice.
 */
export function askerOf(server: string, credentials: Credentials): AskRaw {
  return async (ask, signal) => {
    let renewed = false;
    for (let attempt = 1; ; attempt += 1) {
      const access = await accessFor(ask, credentials, signal);
      const answer = await send(wireOf(server, ask), access, signal);
      if (answer.code === 401 && !renewed) {
        renewed = true;
        credentials.renew(access);
      } else if (isOverloaded(answer.code) && attempt < TRIES) {
        const waitS = Math.min(answer.retryAfterS ?? 0.5, LONGEST_WAIT_S);
        await wait(waitS * 1000, undefined, { signal });
      } else return understood(ask, answer);
    }
  };
}

async function accessFor(
  { right }: Ask,
  credentials: Credentials,
  signal: AbortSignal,
): Promise<Access> {
  try {
    return await credentials.access(signal);
  } catch (error) {
    signal.throwIfAborted();
    throw connectionProblem(rightText(right), error);
  }
}

function wireOf(server: string, ask: Ask): WireAsk {
  const { method, path, accept, body, right, limitBytes = ANSWER_LIMIT_BYTES } = ask;
  const doing = rightText(right);
  return {
    method,
    url: urlOf(server, path),
    accept,
    body,
    limitBytes,
    timeoutMs: REQUEST_TIMEOUT_MS,
    doing,
  };
}

/** A server's URL may have a path of its own, where a gateway stands before it. */
export function urlOf(server: string, path: string): URL {
  return new URL(server.replace(/\/$/, '') + path);
}

function isOverloaded(code: number): boolean {
  return code === 429 || code === 503 || code === 504;
}

function understood(ask: Ask, { code, body }: WireAnswer): KubeAnswer<Raw> {
  if (code >= 200 && code < 300) return { is: 'read', value: { is: 'answer', body } };
  const status = statusOf(body);
  switch (code) {
    case ask.absentCode:
      return { is: 'absent' };
    case 403:
      return { is: 'forbidden', lacks: ask.right, message: (status.message ?? '').slice(0, 300) };
    case 404:
      return { is: 'absent' };
    case 410:
      return { is: 'read', value: { is: 'gone', status } };
    default:
      throw answerProblem(rightText(ask.right), code, status);
  }
}

/** The Status in an answer; anything else, like a proxy's page, becomes an empty one. */
export function statusOf(body: Buffer): KubeStatus {
  try {
    const status = JSON.parse(body.toString()) as KubeStatus;
    return typeof status === 'object' && status !== null ? status : {};
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}
