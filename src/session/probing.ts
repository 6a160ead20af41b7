import { type ProbeOrder, runProbes } from '../collect/probes/run-probes.ts';
import type { Probe } from '../model/observation.ts';
import type { Clock } from '../ports/clock.ts';
import type { Vantage } from '../ports/vantage.ts';

// The first note about an unanswered probe comes when silence begins to count as silence on a LAN
// (see docs/architecture.md, "Proven and likely"); a few milliseconds more keep rounding out of it.
const NOTE_SILENCE_MS = 305;

interface Entry {
  readonly host: string;
  readonly order: ProbeOrder;
  /** Absent as long as nothing was heard of it. */
  readonly probe?: Probe;
}

/** The probes of a session: what each has come to so far, and whether any is unheard of. */
export class Probing {
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  readonly #abort = new AbortController();
  readonly #onChange: () => void;
  /** By host and question, so that a second wish for the same probe is no second probe. */
  readonly #latest = new Map<string, Entry>();

  constructor(clock: Clock, timeoutMs: number, onChange: () => void) {
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
    this.#onChange = onChange;
  }

  /** What each probe came to; an unanswered one counts as silent so far. */
  get probes(): Probe[] {
    return [...this.#latest.values()].flatMap((entry) => {
      const { probe } = entry;
      // we left while its connection was unanswered: that is told by the plain one
      const isLeft = probe?.outcome === 'not-run' && this.#cannotConnect(entry);
      return probe && !isLeft ? [probe] : [];
    });
  }

  /** Whether each probe has ended or was silent long enough to tell. */
  get allHeardOf(): boolean {
    return [...this.#latest.values()].every(
      (entry) => entry.probe !== undefined || this.#cannotConnect(entry),
    );
  }

  /** Whether the same port of the same address does not even accept a connection, so far. */
  #cannotConnect({ host, order }: Entry): boolean {
    const plain = this.#latest.get(keyOf(host, { ...order, probe: 'tcp' }));
    return plain?.probe?.outcome === 'timed-out';
  }

  hasStartedFrom(hostId: string): boolean {
    return [...this.#latest.keys()].some((key) => key.startsWith(`${hostId} `));
  }

  /**
   * Starts those that were not started before.
   *
   * @returns Resolves when they have ended and never rejects; undefined when all were started before.
   */
  start(vantage: Vantage, orders: readonly ProbeOrder[]): Promise<void> | undefined {
    const fresh = orders.filter((order) => !this.#latest.has(keyOf(vantage.hostId, order)));
    if (fresh.length === 0) return undefined;
    const host = vantage.hostId;
    for (const order of fresh) this.#latest.set(keyOf(host, order), { host, order });
    return this.again(vantage, fresh, this.#timeoutMs);
  }

  /** Asks with another patience. Of two answers to the same question the more telling stays. */
  async again(vantage: Vantage, orders: readonly ProbeOrder[], timeoutMs: number): Promise<void> {
    const host = vantage.hostId;
    await runProbes(vantage, orders, {
      clock: this.#clock,
      signal: this.#abort.signal,
      timeoutMs,
      noteSilenceAfterMs: NOTE_SILENCE_MS,
      onAnswer: (answer, place) => {
        const order = orders[place];
        if (order) {
          const key = keyOf(host, order);
          const probe = moreTelling(answer, this.#latest.get(key)?.probe);
          this.#latest.set(key, { host, order, probe });
        }
        this.#onChange();
      },
    });
  }

  /** Ends the wait of every probe under way; each becomes what is known of it so far. */
  stop(): void {
    this.#abort.abort();
  }
}

/** The longer silence, the faster answer of a control, else what came last. */
function moreTelling(now: Probe, before: Probe | undefined): Probe {
  if (before === undefined || before.outcome !== now.outcome) return now;
  const tookMs = (probe: Probe) => probe.connectMs ?? probe.elapsedMs;
  if (now.outcome === 'timed-out') return before.elapsedMs > now.elapsedMs ? before : now;
  return now.role === 'control' && tookMs(before) < tookMs(now) ? before : now;
}

function keyOf(host: string, { probe, address, port, source }: ProbeOrder): string {
  return [host, probe, address, port ?? '', source ?? ''].join(' ');
}
