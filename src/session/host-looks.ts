import type { CollectedHost } from '../collect/draft.ts';
import { collectHost } from '../collect/index.ts';
import type { HostFacts } from '../model/host.ts';
import { OutsideError } from '../model/outside-error.ts';
import type { ProbePodOptions, Vantage, VantageOptions } from '../ports/vantage.ts';
import type { Role, Surroundings } from './diagnose-session.ts';
import type { Gathering } from './gathering.ts';
import { hasRules, sawNothing } from './merge-hosts.ts';
import { OpenedVantages } from './opened-vantages.ts';

export interface LookMeans {
  readonly options: VantageOptions;
  readonly surroundings: Surroundings;
  readonly signal: AbortSignal;
  readonly gathering: Gathering;
  readonly say: (line: string) => void;
  /** What is known by now of where pods may go. */
  readonly probePods: () => ProbePodOptions;
  /** A vantage may be asked from now on. */
  readonly onReady: (vantage: Vantage, role: Role) => void;
}

/** Opens vantages and reads their hosts; what fails is noted in the snapshot. */
export class HostLooks {
  readonly #means: LookMeans;
  readonly #opened = new OpenedVantages();
  readonly #looked = new Set<string>();
  /** URLs of vantages that cannot ask the kernel about routes. */
  readonly #mute = new Set<string>();

  constructor(means: LookMeans) {
    this.#means = means;
  }

  /** Ways to ask a host, the first that was opened first. */
  vantagesOf(hostId: string): readonly Vantage[] {
    return this.#opened.of(hostId);
  }

  /** Whether everything about a host was read in one way at least. */
  hasLookedAt(hostId: string): boolean {
    return this.#looked.has(hostId);
  }

  /** One that could not even read rules has no `ip` to ask by. */
  canAskRoutes({ url }: Vantage): boolean {
    return !this.#mute.has(url);
  }

  close(): Promise<void> {
    return this.#opened.close();
  }

  /**
   * Never rejects.
   *
   * @returns What the host is, or nothing when it could not be looked at.
   */
  async look(url: string, role: Role): Promise<HostFacts | undefined> {
    const { gathering, say } = this.#means;
    try {
      const vantage = await this.#open(url);
      const collected = await this.#read(vantage, url, role);
      gathering.host(collected, url);
      this.#looked.add(vantage.hostId);
      const what = hasRules(collected.facts)
        ? 'rules, routes and tailnet'
        : 'what is there without ip';
      say(`${called(url)}: ${what} read`);
      return collected.facts;
    } catch (error) {
      this.#failed(url, error);
      return undefined;
    }
  }

  async #open(url: string): Promise<Vantage> {
    const { options, surroundings, signal, probePods } = this.#means;
    const pods = { ...options.probePods, ...probePods() };
    const vantage = await surroundings.openVantage(url, { ...options, probePods: pods }, signal);
    this.#opened.add(vantage);
    return vantage;
  }

  /** One that the cluster's API opened is only asked once the host itself has said something. */
  async #read(vantage: Vantage, url: string, role: Role): Promise<CollectedHost> {
    const { surroundings, signal, gathering } = this.#means;
    const isDoubtful = /^(?:pod|node):/.test(url);
    let isReady = false;
    const ready = () => {
      if (isReady) return;
      isReady = true;
      this.#opened.ready(vantage);
      this.#means.onReady(vantage, role);
    };
    if (!isDoubtful) ready();
    const collected = await collectHost(vantage, {
      clock: surroundings.clock,
      signal,
      onUpdate: (soFar) => {
        if (isDoubtful && sawNothing(soFar) !== undefined) return;
        gathering.host(soFar, url);
        ready();
      },
    });
    const why = isDoubtful ? sawNothing(collected) : undefined;
    if (why !== undefined) throw new Error(why);
    if (isDoubtful && !hasRules(collected.facts)) this.#mute.add(url);
    return collected;
  }

  #failed(url: string, error: unknown): void {
    const { signal, gathering, say } = this.#means;
    if (signal.aborted) {
      const isLate = signal.reason instanceof DOMException && signal.reason.name === 'TimeoutError';
      const why = isLate ? 'no answer before the deadline' : 'interrupted before it answered';
      gathering.fail({ vantage: url, why });
      return;
    }
    const why = error instanceof Error ? error.message : String(error);
    const next = error instanceof OutsideError ? error.next : undefined;
    gathering.fail({ vantage: url, why, ...(next ? { next } : {}) });
    say(`${called(url)}: ${why}`);
  }
}

function called(url: string): string {
  return url === 'local:' ? 'this machine' : url;
}
