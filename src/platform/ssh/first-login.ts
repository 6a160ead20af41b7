import type { ProbeOutcome } from '../../model/observation.ts';
import { OutsideError } from '../../model/outside-error.ts';
import type { AddressAttempt } from '../../ports/vantage.ts';
import type { SshTarget } from './ssh-command.ts';
import { openMaster, type SshMaster } from './ssh-master.ts';
import { wantsAnswer } from './ssh-problem.ts';

/** The login that worked first, and how the others are getting on. */
export interface FirstLogin {
  readonly master: SshMaster;
  attempts(): readonly AddressAttempt[];
  /** Ends the attempts that still run. */
  close(): Promise<void>;
}

// TCP's first SYN is repeated after one second and after three; whoever has not answered by now
// is silent. ssh also counts the exchange of keys, which takes a slow NAS about a second.
const LOGIN_MS = 6000;

// What another address says is evidence, but nobody waits long for it.
const OTHERS_MS = 2000;

/**
 * Logs in to all addresses of a host side by side and keeps the first that works. If none does and
 * somebody sits at a terminal, those that only wanted an answer are tried again one by one, and
 * may ask.
 *
 * @throws {OutsideError} If no address lets us in, with what each of them said.
 * @throws The abort reason, if `signal` is aborted.
 */
export async function firstLogin(
  targets: readonly SshTarget[],
  { interactive, signal }: { interactive: boolean; signal: AbortSignal },
): Promise<FirstLogin> {
  const stop = new AbortController();
  const tries = targets.map((target) => startTry(target, AbortSignal.any([signal, stop.signal])));
  const close = async () => {
    stop.abort(new Error('no longer needed'));
    await Promise.all(tries.map(({ over }) => over));
  };
  const attempts = () => tries.map(({ attempt }) => attempt());
  try {
    const master = await Promise.any(tries.map(({ login }) => login));
    leaveOthers(tries, master, stop);
    return { master, attempts, close };
  } catch (error) {
    await close();
    signal.throwIfAborted();
    if (!(error instanceof AggregateError)) throw error;
    const problems = error.errors.filter((one) => one instanceof OutsideError);
    const master = interactive ? await askedLogin(targets, problems, signal) : undefined;
    if (!master) throw combined(targets, problems, error);
    return { master, attempts, close };
  }
}

interface Try {
  readonly login: Promise<SshMaster>;
  /** Resolves when it has worked or failed. */
  readonly over: Promise<void>;
  attempt(): AddressAttempt;
}

function startTry(target: SshTarget, signal: AbortSignal): Try {
  const start = performance.now();
  let ended: { outcome: ProbeOutcome; elapsedMs: number; detail?: string } | undefined;
  const end = (outcome: ProbeOutcome, detail?: string) => {
    ended = { outcome, elapsedMs: performance.now() - start, ...(detail ? { detail } : {}) };
  };
  const login = openMaster(target, { interactive: false, timeoutMs: LOGIN_MS, signal });
  const over = login.then(
    () => end('answered'),
    (error: unknown) => {
      if (error instanceof OutsideError) end(outcomeOf(error.found), error.found);
      else end('timed-out', 'no answer while we waited');
    },
  );
  return {
    login,
    over,
    attempt: () => ({
      address: target.host,
      ...(ended ?? { outcome: 'timed-out', elapsedMs: performance.now() - start }),
    }),
  };
}

/** A second login that works is not needed; one that still waits is given a little time. */
function leaveOthers(tries: readonly Try[], master: SshMaster, stop: AbortController): void {
  const timer = setTimeout(() => stop.abort(new Error('no longer needed')), OTHERS_MS);
  timer.unref();
  for (const { login } of tries) {
    login.then(
      (other) => (other === master ? undefined : other.close()),
      () => undefined,
    );
  }
}

async function askedLogin(
  targets: readonly SshTarget[],
  problems: readonly OutsideError[],
  signal: AbortSignal,
): Promise<SshMaster | undefined> {
  for (const [index, target] of targets.entries()) {
    const problem = problems[index];
    if (!problem || !wantsAnswer(problem)) continue;
    return openMaster(target, { interactive: true, timeoutMs: LOGIN_MS, signal });
  }
  return undefined;
}

function combined(
  targets: readonly SshTarget[],
  problems: readonly OutsideError[],
  cause: AggregateError,
): Error {
  const [first] = problems;
  if (!first) return cause.errors[0];
  if (targets.length === 1) return first;
  return new OutsideError({
    doing: `log in to any address of ${targets[0]?.host}`,
    found: problems
      .map(({ doing, found }) => `${doing.replace('log in to ', '')}: ${found}`)
      .join('; '),
    next: problems.find(wantsAnswer)?.next ?? first.next,
    cause,
  });
}

/** What the words of ssh say of the way to the address; a refused key is an answer of the host. */
function outcomeOf(words: string): ProbeOutcome {
  if (/connection refused/i.test(words)) return 'refused';
  if (/no route to host|unreachable/i.test(words)) return 'unreachable';
  if (/banner exchange/i.test(words)) return 'silent';
  if (/timed out/i.test(words)) return 'timed-out';
  if (/reset by peer|closed by|connection closed/i.test(words)) return 'reset';
  if (/permission denied|host key|authentication/i.test(words)) return 'answered';
  return 'not-run';
}
