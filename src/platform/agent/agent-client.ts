import { OutsideError } from '../../model/outside-error.ts';
import type {
  AskNetwork,
  ProbeAnswer,
  ProbeStage,
  UnixHttpAnswer,
  UnixHttpAsk,
} from '../../ports/vantage.ts';
import { startLine } from './agent-process.ts';
import type { Reply, Request } from './messages.ts';

/** An agent in another namespace, as its owner sees it. */
export interface AgentClient {
  readonly probe: AskNetwork;
  readonly unixHttp: (ask: UnixHttpAsk, signal: AbortSignal) => Promise<UnixHttpAnswer>;
  close(): Promise<void>;
}

// An agent told to stop answers at once. One that does not has been stopped itself.
const CANCEL_GRACE_MS = 200;

/**
 * Starts an agent and speaks with it. It starts in the background: questions asked meanwhile wait
 * for it, and fail with `OutsideError` if it ends.
 *
 * @param command Starts it, e.g. `['nsenter', …, '--', 'node', 'agent.cjs']`.
 * @param where For messages: `lab://nas`.
 */
export function startAgent(command: readonly string[], where: string): AgentClient {
  const line = startLine(command, where);
  let lastId = 0;

  /** Throws the abort reason only if the agent does not answer to being cancelled either. */
  function exchange(
    request: { do: 'probe'; ask: unknown } | { do: 'unix-http'; ask: unknown },
    signal: AbortSignal,
    onStage?: (stage: ProbeStage) => void,
  ): Promise<Reply> {
    lastId += 1;
    const id = lastId;
    return new Promise<Reply>((resolve, reject) => {
      let grace: NodeJS.Timeout | undefined;
      const cancel = () => {
        line.send({ id, do: 'cancel' });
        grace = setTimeout(() => settle(() => reject(signal.reason)), CANCEL_GRACE_MS);
      };
      const settle = (how: () => void) => {
        clearTimeout(grace);
        signal.removeEventListener('abort', cancel);
        line.forget(id);
        how();
      };
      line.listen(id, {
        onEnd: (error) => settle(() => reject(error)),
        onReply: (reply) => {
          if (reply.is === 'stage') onStage?.(reply.stage);
          else if (reply.is === 'error') settle(() => reject(new OutsideError(reply.error)));
          else settle(() => resolve(reply));
        },
      });
      line.send({ id, ...request } as Request);
      signal.addEventListener('abort', cancel, { once: true });
      if (signal.aborted) cancel();
    });
  }

  return {
    async probe(ask, signal, onStage) {
      let startedUnixMs: number | undefined;
      let accepted = false;
      const note = (stage: ProbeStage) => {
        if (stage === 'sent') startedUnixMs = Date.now();
        else accepted = true;
        onStage?.(stage);
      };
      try {
        const reply = await exchange({ do: 'probe', ask }, signal, note);
        return expectKind(reply, 'probe').answer;
      } catch (error) {
        if (!signal.aborted) throw error;
        return unanswered(startedUnixMs, accepted);
      }
    },

    async unixHttp(ask, signal) {
      try {
        return expectKind(await exchange({ do: 'unix-http', ask }, signal), 'unix-http').answer;
      } catch (error) {
        signal.throwIfAborted();
        throw error;
      }
    },

    close: () => line.close(),
  };
}

function unanswered(startedUnixMs: number | undefined, accepted: boolean): ProbeAnswer {
  const now = Date.now();
  if (startedUnixMs === undefined) {
    const detail = 'we stopped waiting before it was sent';
    return { outcome: 'not-run', startedUnixMs: now, elapsedMs: 0, detail };
  }
  const outcome = accepted ? 'silent' : 'timed-out';
  return { outcome, startedUnixMs, elapsedMs: now - startedUnixMs };
}

function expectKind<K extends Reply['is']>(reply: Reply, kind: K): Extract<Reply, { is: K }> {
  if (reply.is === kind) return reply as Extract<Reply, { is: K }>;
  throw new TypeError(`Cannot use the reply of an agent: "${reply.is}" is not "${kind}"`);
}
