import type { ProbeOrder } from '../collect/probes/run-probes.ts';
import { diagnose } from '../diagnose/diagnose.ts';
import { gatewayOf, routeQuestions, sharedAddresses } from '../diagnose/questions.ts';
import { tailnetAddresses } from '../diagnose/tailnet-addresses.ts';
import type { Diagnosis } from '../model/diagnosis.ts';
import { FAMILIES } from '../model/network.ts';
import { familyOf } from '../model/prefix.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { atMost } from '../ports/at-most.ts';
import type { Clock } from '../ports/clock.ts';
import type { KubeOptions, Kubernetes } from '../ports/kubernetes.ts';
import type { OpenVantage, Vantage } from '../ports/vantage.ts';
import { controlOrders, plainOrders, targetOrders } from './asks.ts';
import { ClusterLook } from './cluster-look.ts';
import { isConclusive, SECOND_TRY_MS } from './conclusive.ts';
import { Gathering } from './gathering.ts';
import { HostLooks } from './host-looks.ts';
import { longerAsk } from './longer-ask.ts';
import { Probing } from './probing.ts';
import { type DiagnoseRequest, isBareAddress } from './request.ts';
import { secondTrip } from './second-trip.ts';
import { givenAddresses, isLanAddress, startingAddresses } from './server-addresses.ts';
import { waitForSilence } from './service-silence.ts';

export interface Surroundings {
  readonly openVantage: OpenVantage;
  /** Absent where no cluster is ever looked at. */
  readonly openCluster?: ((options: KubeOptions) => Promise<Kubernetes>) | undefined;
  readonly clock: Clock;
}

export interface DiagnoseOptions {
  /** Ends the session early; what is known then is the answer. */
  readonly signal: AbortSignal;
  /** Called with one line for each thing that was achieved. */
  readonly onProgress?: ((line: string) => void) | undefined;
}

export interface DiagnoseResult {
  readonly snapshot: Snapshot;
  readonly diagnosis: Diagnosis;
}

/** `witness`: looked at for what it knows, and asked to probe only where the cluster's plan says so. */
export type Role = 'from' | 'to' | 'compare' | 'witness';

/**
 * Looks at both ends side by side, sends the probes, asks the kernels, and judges again whenever
 * something more is known. Ends as soon as waiting could change nothing, at the deadline, or when
 * `signal` says so. Never throws for what the outside does: it becomes a part of the answer.
 */
export async function runDiagnosis(
  request: DiagnoseRequest,
  surroundings: Surroundings,
  options: DiagnoseOptions,
): Promise<DiagnoseResult> {
  const session = new Session(request, surroundings, options);
  try {
    return await session.run();
  } finally {
    await session.close();
  }
}

class Session {
  readonly #request: DiagnoseRequest;
  readonly #surroundings: Surroundings;
  readonly #stop = new AbortController();
  readonly #signal: AbortSignal;
  readonly #gathering: Gathering;
  readonly #probing: Probing;
  readonly #hosts: HostLooks;
  readonly #cluster: ClusterLook | undefined;
  /** Everything under way but the probes. */
  readonly #work = new Set<Promise<unknown>>();
  readonly #probes = new Set<Promise<unknown>>();
  readonly #asked = new Set<string>();
  #hasAskedLonger = false;
  #wake: () => void = () => {};

  constructor(request: DiagnoseRequest, surroundings: Surroundings, options: DiagnoseOptions) {
    this.#request = request;
    this.#surroundings = surroundings;
    this.#signal = atMost(request.deadlineMs, options.signal, this.#stop.signal);
    this.#gathering = new Gathering(
      {
        from: request.from ?? '',
        to: request.to ?? '',
        serverAddresses: startingAddresses(request),
        ports: [...request.ports],
        controls: [...request.controls],
        compare: [],
      },
      surroundings.clock.now(),
    );
    this.#probing = new Probing(surroundings.clock, request.probeTimeoutMs, () => this.#wake());
    const means = {
      surroundings,
      signal: this.#signal,
      gathering: this.#gathering,
      say: (line: string) => options.onProgress?.(line),
    };
    this.#hosts = new HostLooks({
      ...means,
      options: request.vantage,
      probePods: () => this.#cluster?.probePods ?? {},
      onReady: (vantage, role) => this.#named(vantage, role),
    });
    this.#cluster =
      request.cluster &&
      new ClusterLook({
        ...means,
        request: { ...request, cluster: request.cluster },
        look: (url, role) => this.#hosts.look(url, role),
        vantagesOf: (hostId) => this.#hosts.vantagesOf(hostId),
      });
  }

  async run(): Promise<DiagnoseResult> {
    const { from, to, compare } = this.#request;
    if (from !== undefined) this.#look(from, 'from');
    if (to !== undefined) this.#look(to, 'to');
    for (const url of compare) this.#track(this.#work, this.#lookFrom(url));
    if (this.#cluster) this.#track(this.#work, this.#cluster.run());
    await this.#untilDone();
    this.#stop.abort();
    this.#probing.stop();
    await Promise.allSettled([...this.#work, ...this.#probes]);
    const snapshot = this.#snapshot();
    return { snapshot, diagnosis: diagnose(snapshot) };
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#hosts.close();
    this.#cluster?.close();
  }

  /** Follows up and judges whenever something more is known, until nothing is left to wait for. */
  async #untilDone(): Promise<void> {
    const aborted = new Promise<void>((resolve) => {
      this.#signal.addEventListener('abort', () => resolve(), { once: true });
    });
    while (!this.#signal.aborted) {
      const changed = new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#followUp();
      const isOver = this.#work.size === 0 && (this.#probes.size === 0 || this.#canStop());
      if (isOver && !this.#askLonger()) return;
      await Promise.race([changed, aborted]);
    }
  }

  #canStop(): boolean {
    if (!this.#probing.allHeardOf) return false;
    const snapshot = this.#snapshot();
    return isConclusive(diagnose(snapshot), snapshot);
  }

  #snapshot(): Snapshot {
    return this.#gathering.snapshot(this.#surroundings.clock.now(), this.#probing.probes);
  }

  #track(set: Set<Promise<unknown>>, work: Promise<unknown>): void {
    const tracked = work.finally(() => {
      set.delete(tracked);
      this.#wake();
    });
    set.add(tracked);
  }

  /** Opens a vantage and reads everything about its host. A bare address cannot be looked at. */
  #look(url: string, role: Role): void {
    if (!isBareAddress(url)) this.#track(this.#work, this.#hosts.look(url, role));
  }

  /** A client to compare with. Where nobody can look from it, it stays in the question by its URL. */
  async #lookFrom(url: string): Promise<void> {
    const facts = isBareAddress(url) ? undefined : await this.#hosts.look(url, 'compare');
    if (facts) return;
    const { compare } = this.#gathering.question;
    this.#gathering.ask({ compare: [...new Set([...compare, url])] });
  }

  /** From now on the host is called by its id, and addresses known before looking are asked. */
  #named(vantage: Vantage, role: Role): void {
    const { question } = this.#gathering;
    if (role === 'compare') {
      this.#gathering.ask({ compare: [...new Set([...question.compare, vantage.hostId])] });
    } else if (role !== 'witness') {
      this.#gathering.ask({ [role]: vantage.hostId });
    }
    if (role === 'to' && !this.#cluster) this.#addAddresses(vantage.addresses.filter(isLanAddress));
    this.#wake();
  }

  /** Addresses that were found out; those that the user gave are all that is asked. */
  #addAddresses(addresses: readonly string[]): void {
    if (givenAddresses(this.#request).length > 0) return;
    const known = this.#gathering.question.serverAddresses;
    this.#gathering.ask({ serverAddresses: [...new Set([...known, ...addresses])] });
  }

  /** Starts whatever has become possible by what is known now. Each thing is started once. */
  #followUp(): void {
    this.#learnAddresses();
    this.#startProbes();
    this.#askKernels();
  }

  #learnAddresses(): void {
    const { from, to, controls } = this.#gathering.question;
    const snapshot = this.#snapshot();
    const inTailnet = this.#cluster ? tailnetAddresses(snapshot) : [];
    if (inTailnet.length > 0) this.#gathering.ask({ tailnetAddresses: inTailnet });
    if (!this.#hosts.hasLookedAt(from)) return;
    // the address that stands in volumes is the one that matters
    if (this.#hosts.hasLookedAt(to) && !this.#cluster?.knowsServer) {
      this.#addAddresses(sharedAddresses(snapshot));
    }
    const families = new Set(controls.map(familyOf));
    const gateways = FAMILIES.filter((family) => !families.has(family)).flatMap(
      (family) => gatewayOf(snapshot, from, family) ?? [],
    );
    if (gateways.length > 0) this.#gathering.ask({ controls: [...controls, ...gateways] });
  }

  #startProbes(): void {
    const { from, compare, serverAddresses, ports, controls } = this.#gathering.question;
    for (const id of [from, ...compare]) {
      const [vantage] = this.#hosts.vantagesOf(id);
      if (!vantage || serverAddresses.length === 0) continue;
      const byShell = vantage.probe === undefined;
      const targets = serverAddresses.flatMap((address) =>
        targetOrders(address, ports, { byShell }),
      );
      // a pod that reaches other machines and not the server tells as much as its node does
      const orders = [...targets, ...controls.flatMap(controlOrders), ...this.#tailnetOrders(id)];
      const probes = this.#probing.start(vantage, orders);
      if (!probes) continue;
      this.#track(this.#probes, probes);
      const { clock } = this.#surroundings;
      clock.wait(SECOND_TRY_MS, this.#signal).then(
        () => this.#wake(),
        () => {},
      );
    }
  }

  /** Once, where silence tells nothing yet. @returns Whether there is something to wait for. */
  #askLonger(): boolean {
    const [vantage] = this.#hosts.vantagesOf(this.#gathering.question.from);
    const ask = longerAsk(this.#snapshot(), this.#request.deadlineMs);
    if (this.#hasAskedLonger || !ask || !vantage) return false;
    this.#hasAskedLonger = true;
    this.#track(this.#probes, this.#probing.again(vantage, ask.orders, ask.patienceMs));
    return true;
  }

  /** A member of the tailnet may see that the server is up where the LAN does not. */
  #tailnetOrders(id: string): ProbeOrder[] {
    const { tailnetAddresses: addresses = [], ports } = this.#gathering.question;
    const tailscale = this.#gathering.hostFacts(id)?.tailscale;
    return tailscale?.status.seen ? addresses.flatMap((one) => plainOrders(one, ports)) : [];
  }

  /**
   * The second trip to each end: how its kernel would send, then its neighbours, counters and
   * sockets. While probes are silent, so that a half-open connection is there to be seen on both.
   */
  #askKernels(): void {
    const { from, to, serverAddresses } = this.#gathering.question;
    const clientIsDone =
      this.#hosts.vantagesOf(from).length > 0
        ? this.#hosts.hasLookedAt(from) && this.#probing.hasStartedFrom(from)
        : isBareAddress(from) || this.#work.size === 0;
    if (!clientIsDone || !this.#probing.allHeardOf || this.#waitsForSilence()) return;
    if (this.#hosts.hasLookedAt(from)) this.#askOnce(from, serverAddresses);
    if (this.#hosts.hasLookedAt(to)) this.#askOnce(to, []);
  }

  #waitsForSilence(): boolean {
    const { clock } = this.#surroundings;
    return waitForSilence(this.#probing.probes, { clock, signal: this.#signal, wake: this.#wake });
  }

  #askOnce(id: string, neighbours: readonly string[]): void {
    for (const vantage of this.#hosts.vantagesOf(id)) {
      if (this.#asked.has(vantage.url)) continue;
      this.#asked.add(vantage.url);
      const questions = this.#hosts.canAskRoutes(vantage) ? routeQuestions(this.#snapshot()) : [];
      const trip = {
        questions: questions.filter(({ host }) => host === id),
        neighbours,
        snapshot: this.#snapshot(),
        clock: this.#surroundings.clock,
        signal: this.#signal,
      };
      for (const observed of secondTrip(vantage, trip)) {
        this.#track(
          this.#work,
          observed.then((observations) => this.#gathering.observe(observations)),
        );
      }
    }
  }
}
