import type { Vantage } from '../ports/vantage.ts';

/** The vantages of a session, by host: a host may be looked at in several ways. */
export class OpenedVantages {
  readonly #all: Vantage[] = [];
  /** Those that have told something, or need not be doubted. */
  readonly #ready = new Set<Vantage>();

  add(vantage: Vantage): void {
    this.#all.push(vantage);
  }

  /** From now on questions may be asked through it. */
  ready(vantage: Vantage): void {
    this.#ready.add(vantage);
  }

  /** Ways to ask a host, the first that was opened first. */
  of(hostId: string): readonly Vantage[] {
    return this.#all.filter((vantage) => vantage.hostId === hostId && this.#ready.has(vantage));
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.#all.map((vantage) => vantage.close()));
  }
}
