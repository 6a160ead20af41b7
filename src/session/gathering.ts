import type { CollectedHost } from '../collect/draft.ts';
import type { ClusterFacts } from '../model/cluster.ts';
import type { HostFacts } from '../model/host.ts';
import type { Observation } from '../model/observation.ts';
import {
  type FailedVantage,
  type Question,
  SNAPSHOT_VERSION,
  type Snapshot,
} from '../model/snapshot.ts';
import { mergeHosts } from './merge-hosts.ts';

/** The snapshot in the making: what each part of a session has found so far. */
export class Gathering {
  readonly #startedUnixMs: number;
  /** By host, and by the way it was looked at. */
  readonly #hosts = new Map<string, Map<string, CollectedHost>>();
  readonly #observations: Observation[] = [];
  readonly #failed: FailedVantage[] = [];
  #cluster: ClusterFacts | undefined;
  #question: Question;

  constructor(question: Question, startedUnixMs: number) {
    this.#question = question;
    this.#startedUnixMs = startedUnixMs;
  }

  get question(): Question {
    return this.#question;
  }

  /** Changes what is asked, as more becomes known of who is who. */
  ask(change: Partial<Question>): void {
    this.#question = { ...this.#question, ...change };
  }

  /** @param url The vantage it was looked at by; what that one said before is replaced. */
  host(collected: CollectedHost, url: string): void {
    const { id } = collected.facts;
    const ways = this.#hosts.get(id) ?? new Map<string, CollectedHost>();
    this.#hosts.set(id, ways.set(url, collected));
  }

  /** What is known of one host so far. */
  hostFacts(id: string): HostFacts | undefined {
    const ways = this.#hosts.get(id);
    return ways && [...ways.values()].reduce(mergeHosts).facts;
  }

  cluster(facts: ClusterFacts): void {
    this.#cluster = facts;
  }

  observe(observations: readonly Observation[]): void {
    this.#observations.push(...observations);
  }

  fail(vantage: FailedVantage): void {
    this.#failed.push(vantage);
  }

  /** @param pending Observations about what has not ended yet, as if it ended now. */
  snapshot(endedUnixMs: number, pending: readonly Observation[] = []): Snapshot {
    const hosts = [...this.#hosts.values()].map((ways) => [...ways.values()].reduce(mergeHosts));
    return {
      schema: 'returnpath/snapshot',
      version: SNAPSHOT_VERSION,
      startedUnixMs: this.#startedUnixMs,
      endedUnixMs,
      question: this.#question,
      hosts: Object.fromEntries(hosts.map(({ facts }) => [facts.id, facts])),
      failedVantages: [...this.#failed],
      observations: [
        ...hosts.flatMap(({ observations }) => observations),
        ...this.#observations,
        ...pending,
      ],
      ...(this.#cluster === undefined ? {} : { cluster: this.#cluster }),
    };
  }
}
