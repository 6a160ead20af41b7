import { OutsideError } from '../../model/outside-error.ts';
import type { Truenas, TruenasCredential, TruenasLogin } from '../../ports/truenas.ts';
import type { Channel } from './channel.ts';
import type { Door } from './door.ts';
import { findChannel } from './find-channel.ts';
import { type FollowOptions, followJob, progressOf } from './follow-job.ts';
import { logIn } from './log-in.ts';
import { ConnectionLost, Secrets } from './problem.ts';
import { restChannel } from './rest.ts';

/** A job ends in its own time: pulling an image over a slow line takes minutes. */
const JOB_MS = 15 * 60_000;
/** How long a lost connection is tried again while a job runs; a restart of the web server takes some 10 s. */
const RECONNECT_MS = 60_000;
const RECONNECT_PAUSE_MS = 500;

type JobOptions = Parameters<Truenas['job']>[2];

/** The API of one TrueNAS, logged in; opens itself anew where the connection was lost. */
export class TruenasSession implements Truenas {
  readonly #door: Door;
  readonly #credential: TruenasCredential;
  readonly #login: TruenasLogin;
  readonly #secrets = new Secrets();
  #channel: Channel | undefined;
  #opening: Promise<Channel> | undefined;
  #mayReopen = true;
  #closed = false;
  #version = '';

  constructor(door: Door, credential: TruenasCredential, login: TruenasLogin) {
    this.#door = door;
    this.#credential = credential;
    this.#secrets.add(credential.kind === 'api-key' ? credential.key : credential.password);
    this.#login = login;
  }

  get version(): string {
    return this.#version;
  }

  get transport(): string {
    return this.#channel?.transport ?? '';
  }

  get credentialFrom(): string | undefined {
    return this.#credential.from;
  }

  keepSecret(...texts: readonly string[]): void {
    this.#secrets.add(...texts);
  }

  /** Logs in. @throws {OutsideError} If that fails. */
  async open(signal: AbortSignal): Promise<void> {
    const channel = await this.#connected(signal);
    const version = await channel.call('system.version', [], { signal });
    this.#version = typeof version === 'string' ? version.slice(0, 100) : 'unknown';
  }

  async call(method: string, params: readonly unknown[], signal: AbortSignal): Promise<unknown> {
    const channel = await this.#connected(signal);
    return channel.call(method, params, { signal });
  }

  async job(method: string, params: readonly unknown[], options: JobOptions): Promise<unknown> {
    const { signal, onProgress } = options;
    const channel = await this.#connected(signal);
    const told = await channel.subscribe('core.get_jobs', signal);
    const stop = channel.onEvent(({ collection, fields }) => {
      if (collection === 'core.get_jobs' && fields['method'] === method && fields['progress']) {
        onProgress?.(progressOf(fields['progress'], this.#secrets));
      }
    });
    let answer: unknown;
    try {
      // a NAS that was told so answers with the result itself, once there is one
      answer = await channel.call(method, params, { signal, timeoutMs: JOB_MS });
    } finally {
      stop();
    }
    if (typeof answer !== 'number') return answer;
    const follow = { signal, onProgress, secrets: this.#secrets };
    return this.#followed({ id: answer, method, told }, follow, channel);
  }

  /** A token for the web shell. A secret like the key. */
  async token(signal: AbortSignal): Promise<string> {
    const token = await this.call('auth.generate_token', [TOKEN_SECONDS, {}, true], signal);
    if (typeof token === 'string') {
      this.#secrets.add(token);
      return token;
    }
    throw new OutsideError({
      doing: `get a token for the shell of ${this.#door.host}`,
      found: 'the API gave none',
      next: 'log in with an API key: sessions with a one-time code get no token',
    });
  }

  hide(text: string): string {
    return this.#secrets.hide(text);
  }

  close(): void {
    this.#closed = true;
    this.#channel?.close();
  }

  async #followed(
    job: { readonly id: number; readonly method: string; readonly told: boolean },
    options: FollowOptions,
    channel: Channel,
  ): Promise<unknown> {
    try {
      return await followJob(channel, job, options);
    } catch (error) {
      if (!(error instanceof ConnectionLost) || this.#closed) throw error;
      const again = await this.#reconnected(job, options.signal);
      const told = await again.subscribe('core.get_jobs', options.signal);
      return this.#followed({ ...job, told }, options, again);
    }
  }

  /** A job that restarts what we came through cuts us off; it goes on, and the way comes back. */
  async #reconnected(
    { id, method }: { readonly id: number; readonly method: string },
    signal: AbortSignal,
  ): Promise<Channel> {
    const until = performance.now() + RECONNECT_MS;
    let last: unknown;
    while (performance.now() < until && this.#mayReopen) {
      try {
        return await this.#connected(signal);
      } catch (error) {
        signal.throwIfAborted();
        last = error;
        await new Promise((resolve) => setTimeout(resolve, RECONNECT_PAUSE_MS));
      }
    }
    const why = last instanceof OutsideError ? last.found : 'a one-time code would be needed again';
    throw new OutsideError({
      doing: `follow job ${id} (${method})`,
      found: `the connection was lost while it ran, and could not be opened anew: ${why}`,
      next: `its end is not known: see job ${id} in the web interface, then look again`,
      cause: last,
    });
  }

  async #connected(signal: AbortSignal): Promise<Channel> {
    if (this.#channel && !this.#channel.ended) return this.#channel;
    if (this.#channel && !this.#mayReopen) throw needsCode(this.#door.host);
    this.#opening ??= this.#opened(signal).finally(() => {
      this.#opening = undefined;
    });
    return this.#opening;
  }

  async #opened(signal: AbortSignal): Promise<Channel> {
    const found = await findChannel(this.#door, this.#secrets, signal);
    const secrets = this.#secrets;
    if (found === 'rest') {
      this.#channel = restChannel(this.#door, { credential: this.#credential, secrets });
      return this.#channel;
    }
    try {
      const { oneTimeCode } = this.#login;
      const { usedOneTimeCode } = await logIn(found, this.#credential, {
        host: this.#door.host,
        secrets,
        oneTimeCode,
        signal,
      });
      this.#mayReopen = !usedOneTimeCode;
    } catch (error) {
      found.close();
      throw error;
    }
    this.#channel = found;
    return found;
  }
}

/** Long enough to open a shell with it at once. */
const TOKEN_SECONDS = 120;

function needsCode(host: string): OutsideError {
  return new OutsideError({
    doing: `go on with the API of ${host}`,
    found: 'the connection was lost, and a new one would need a one-time code again',
    next: 'run it again, or use an API key',
  });
}
