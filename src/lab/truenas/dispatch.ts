import { recordAudit } from './audit.ts';
import { CallError, invalid } from './call-error.ts';
import type { JobReporter } from './jobs.ts';
import type { Method, Methods, Nas } from './method.ts';
import type { RateLimit } from './rate-limit.ts';
import { isSince } from './release.ts';
import { hasRole, type Session } from './session.ts';

interface Ask {
  readonly session: Session;
  readonly method: string;
  readonly params: readonly unknown[];
  /** Of the client's message, for the jobs it starts. */
  readonly messageId?: unknown;
}

/** Carries out calls, whatever transport they came by. */
export interface Dispatcher {
  /** The method, if this release has it. */
  methodNamed(name: string): Method | undefined;
  /**
   * Resolves with the result; of a job with its number, or with its result where the session has
   * asked for that.
   *
   * @throws {CallError | ValidationErrors} As the API answers.
   */
  call(ask: Ask): Promise<unknown>;
}

const NOBODY_LISTENS: JobReporter = { progress: () => {}, log: () => {} };

export function createDispatcher(nas: Nas, methods: Methods, rate: RateLimit): Dispatcher {
  function methodNamed(name: string): Method | undefined {
    const method = Object.hasOwn(methods, name) ? methods[name] : undefined;
    if (!method) return undefined;
    const { release } = nas.release;
    const { since = '24.10', until } = method;
    return isSince(release, since) && !(until && isSince(release, until)) ? method : undefined;
  }

  async function authorize({ session, method: name }: Ask, method: Method): Promise<void> {
    const { credentials } = session;
    if (credentials) {
      if (method.open || !method.role || hasRole(credentials.account, method.role)) return;
      throw new CallError('Not authorized', 'EACCES');
    }
    if (!method.open) throw new CallError('Not authenticated', 'ENOTAUTHENTICATED');
    await rate.count(name, session.origin.address);
  }

  function audit({ session, params }: Ask, method: Method, name: string, success: boolean): void {
    if (!method.audit) return;
    const shown = method.shown ? method.shown(params) : params;
    const data = {
      method: name,
      params: shown,
      description: method.audit(params),
      authenticated: session.credentials !== undefined,
      authorized: session.credentials !== undefined,
    };
    recordAudit(nas.database, session, { event: 'METHOD_CALL', data, success });
  }

  async function run(ask: Ask, method: Method, reporter: JobReporter): Promise<unknown> {
    const { session, params } = ask;
    const ended = (success: boolean) => audit(ask, method, ask.method, success);
    try {
      const result = await method.call({ nas, session, params, ...reporter });
      ended(true);
      return result;
    } catch (error) {
      ended(false);
      throw error;
    }
  }

  function startJob(ask: Ask, method: Method): number {
    return nas.jobs.start({
      method: ask.method,
      shownParams: method.shown ? method.shown(ask.params) : ask.params,
      messageId: ask.messageId,
      session: ask.session,
      run: (reporter) =>
        run(ask, method, {
          ...reporter,
          progress(percent, description) {
            reporter.progress(percent, description);
            if (nas.trouble === 'socket-closes') ask.session.cut();
          },
        }),
    });
  }

  return {
    methodNamed,
    async call(ask) {
      const method = methodNamed(ask.method);
      if (!method) throw unknownMethod(ask.method);
      await authorize(ask, method);
      checkCount(method, ask.params);
      if (!method.job) return await run(ask, method, NOBODY_LISTENS);
      const id = startJob(ask, method);
      return ask.session.legacyJobs ? id : await nas.jobs.result(id);
    },
  };
}

function unknownMethod(name: string): CallError {
  const at = name.lastIndexOf('.');
  return new CallError(
    `Method '${name.slice(at + 1)}' not found in '${name.slice(0, Math.max(at, 0))}'`,
    'ENOMETHOD',
  );
}

function checkCount({ params }: Method, given: readonly unknown[]): void {
  if (given.length > params.length) {
    throw new CallError(
      `Too many arguments (expected ${params.length}, found ${given.length})`,
      'EINVAL',
    );
  }
  const missing = params[given.length];
  if (missing !== undefined && !missing.endsWith('?')) throw invalid(missing, 'Field required');
}
