import type { CollectedHost } from '../collect/draft.ts';
import type { Observation } from '../model/observation.ts';
import {
  type FailedVantage,
  type Question,
  SNAPSHOT_VERSION,
  type Snapshot,
} from '../model/snapshot.ts';

/** The snapshot in the making: what each part of a session has found so far. */
export class Gathering {
  readonly #startedUnixMs: number;
  readonly #hosts = new Map<string, CollectedHost>();
  readonly #observations: Observation[] = [];
  readonly #failed: FailedVantage[] = [];
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

  host(collected: CollectedHost): void {
    this.#hosts.set(collected.facts.id, collected);
  }

  observe(observations: readonly Observation[]): void {
    this.#observations.push(...observations);
  }

  fail(vantage: FailedVantage): void {
    this.#failed.push(vantage);
  }

  /** @param pending Observations about what has not ended yet, as if it ended now. */
  snapshot(endedUnixMs: number, pending: readonly Observation[] = []): Snapshot {
    const hosts = [...this.#hosts.values()];
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
    };
  }
}
