import { collectCluster } from '../collect/kubernetes/collect-cluster.ts';
import {
  hostOfUrl,
  OPERATOR_ID,
  type OperatorWay,
  operatorSentence,
  operatorWay,
} from '../diagnose/operator-view.ts';
import { isAddress } from '../model/address.ts';
import type { ClusterFacts } from '../model/cluster.ts';
import type { HostFacts } from '../model/host.ts';
import { OutsideError } from '../model/outside-error.ts';
import type { Kubernetes } from '../ports/kubernetes.ts';
import type { ProbePodOptions, Vantage } from '../ports/vantage.ts';
import { type ClusterPlan, planLooks } from './cluster-plan.ts';
import type { Role, Surroundings } from './diagnose-session.ts';
import type { Gathering } from './gathering.ts';
import { hasRules } from './merge-hosts.ts';
import { type ClusterRequest, DEFAULT_PORTS, type DiagnoseRequest } from './request.ts';
import { resolveOnHost } from './resolve-on-host.ts';
import { givenAddresses } from './server-addresses.ts';

/** This machine, from which the cluster's API is asked. */
const OPERATOR = 'local:';

export interface ClusterMeans {
  readonly request: DiagnoseRequest & { readonly cluster: ClusterRequest };
  readonly surroundings: Surroundings;
  readonly signal: AbortSignal;
  readonly gathering: Gathering;
  readonly say: (line: string) => void;
  /** Opens a vantage and reads its host; what fails is noted and brings nothing. */
  readonly look: (url: string, role: Role) => Promise<HostFacts | undefined>;
  readonly vantagesOf: (hostId: string) => readonly Vantage[];
}

/**
 * The Kubernetes side of a session: who we are, what hangs, on which server, and from where the
 * way to it can be looked at. Each step is said.
 */
export class ClusterLook {
  readonly #means: ClusterMeans;
  #kube: Kubernetes | undefined;
  #namespaces: readonly string[] = [];
  /** Whether the cluster told which address its clients use. */
  knowsServer = false;

  constructor(means: ClusterMeans) {
    this.#means = means;
  }

  get probePods(): ProbePodOptions {
    return { knownNamespaces: this.#namespaces };
  }

  close(): void {
    this.#kube?.close();
  }

  /** Never rejects: what could not be looked at stands in the snapshot. */
  async run(): Promise<void> {
    const { look, say } = this.#means;
    const operator = look(OPERATOR, 'witness');
    const cluster = await this.#read(operator);
    if (!cluster) return;
    say(clusterLine(cluster));
    const plan = planLooks(cluster, wantedServers(this.#means.request));
    if (!plan) {
      say('no storage server on the network is named by this cluster');
      return;
    }
    this.#choose(plan, cluster);
    await operator;
    this.#askFromHere();
    await this.#lookInside(plan);
  }

  /** Says how this machine reaches the API server, then reads what it serves. */
  async #read(operator: Promise<unknown>): Promise<ClusterFacts | undefined> {
    const { request, surroundings, signal, gathering, say } = this.#means;
    const { kube: options, namespace } = request.cluster;
    const { clock, openCluster } = surroundings;
    try {
      if (!openCluster) throw new TypeError('Cannot look at a cluster without a way to open one');
      const kube = await openCluster(options);
      this.#kube = kube;
      say(`asking ${kube.server}${kube.context === undefined ? '' : ` (${kube.context})`}`);
      void operator.then(() => this.#sayWay('the API server', hostOfUrl(kube.server)));
      const cluster = await collectCluster(kube, { clock, signal, namespace });
      if (cluster.version.seen || cluster.hangingPods.seen) {
        gathering.cluster(cluster);
        return cluster;
      }
      const { why, next } = cluster.version;
      gathering.fail({ vantage: kube.server, why, ...(next ? { next } : {}) });
      say(`${kube.server}: ${why}`);
    } catch (error) {
      if (!(error instanceof OutsideError)) throw error;
      gathering.fail({ vantage: 'kubeconfig', why: error.message, next: error.next });
      say(error.message);
    }
    return undefined;
  }

  /** Puts the pair that was chosen into the question, where the user did not. */
  #choose({ target, namespaces }: ClusterPlan, { hangingPods }: ClusterFacts): void {
    const { gathering, request, say } = this.#means;
    const { nodeName, server, ports, pods } = target;
    this.#namespaces = namespaces;
    const given = givenAddresses(request);
    const addresses = given.length > 0 ? given : isAddress(server) ? [server] : [];
    this.knowsServer = addresses.length > 0;
    const tcp = ports.map(({ port }) => port);
    gathering.ask({
      ...(request.from === undefined ? { from: nodeName } : {}),
      ...(request.to === undefined ? { to: server } : {}),
      serverAddresses: addresses,
      ...(request.ports.length > 0 ? {} : { ports: tcp.length > 0 ? tcp : [...DEFAULT_PORTS] }),
    });
    const shown = gathering.question.ports.map((port) => `:${port}`).join(' ');
    const none = hangingPods.seen ? 'nothing hangs on it' : 'its volumes name it';
    const why = pods > 0 ? `${pods} ${pods === 1 ? 'pod hangs' : 'pods hang'} on it` : none;
    say(`looking at the way from node ${nodeName} to ${server} ${shown}: ${why}`);
  }

  /** A machine on the LAN of the server is another client of it, beside the nodes. */
  #askFromHere(): void {
    const { gathering } = this.#means;
    for (const address of gathering.question.serverAddresses) {
      const way = this.#sayWay('the storage server', address);
      if (way.by !== 'lan') continue;
      const { compare } = gathering.question;
      gathering.ask({ compare: [...new Set([...compare, OPERATOR_ID])] });
    }
  }

  #sayWay(what: string, address: string): OperatorWay {
    const way = operatorWay(this.#means.gathering.snapshot(0), address);
    this.#means.say(operatorSentence(what, way));
    return way;
  }

  async #lookInside(plan: ClusterPlan): Promise<void> {
    const { look, request } = this.#means;
    await Promise.all([
      ...(request.from === undefined ? [this.#lookFromNode(plan)] : []),
      ...plan.podNetwork.map((url) => look(url, 'compare')),
      ...plan.otherNodes.map((url) => look(url, 'compare')),
    ]);
  }

  /** By a pod that runs there already; one of our own where that cannot tell how it routes. */
  async #lookFromNode({ target, nodePod }: ClusterPlan): Promise<void> {
    const { look, say } = this.#means;
    const facts = nodePod === undefined ? undefined : await look(nodePod, 'from');
    if (facts) await this.#resolve(facts.id, target.server);
    if (facts && hasRules(facts)) return;
    const why = facts
      ? `${nodePod} has no \`ip\``
      : `no running pod of node ${target.nodeName} could be used`;
    say(`${why}: making a short-lived pod in its network`);
    const seen = await look(`node://${target.nodeName}`, 'from');
    if (seen) await this.#resolve(seen.id, target.server);
  }

  /** A server that volumes name by its name: its addresses are those that the node finds. */
  async #resolve(hostId: string, server: string): Promise<void> {
    const { gathering, signal, say, vantagesOf } = this.#means;
    const [vantage] = vantagesOf(hostId);
    if (this.knowsServer || isAddress(server) || !vantage) return;
    const addresses = await resolveOnHost(vantage, server, signal);
    this.knowsServer = addresses.length > 0;
    if (addresses.length > 0) {
      say(`${hostId} finds ${server} at ${addresses.join(', ')}`);
      gathering.ask({ serverAddresses: addresses });
      this.#askFromHere();
    } else {
      const why = `${hostId} finds no address for it`;
      say(`${server}: ${why}`);
      gathering.fail({ vantage: server, why, next: `getent ahosts ${server}   on ${hostId}` });
    }
  }
}

/** Addresses that stand in what the user wrote of the server. */
function wantedServers({ to, addresses }: DiagnoseRequest): readonly string[] {
  return [...addresses, ...(to?.match(/\d+(?:\.\d+){3}/g) ?? [])];
}

function clusterLine({ server, hangingPods, csiPods, pendingClaims }: ClusterFacts): string {
  const hanging = hangingPods.seen ? hangingPods.value.length : undefined;
  const claims = pendingClaims.seen ? pendingClaims.value.length : 0;
  const broken = csiPods.seen
    ? csiPods.value.filter(({ containers }) => containers.some(({ ready }) => !ready)).length
    : 0;
  const parts = [
    hanging === undefined ? 'pods could not be listed' : `${hanging} pods hang`,
    ...(claims > 0 ? [`${claims} claims are pending`] : []),
    ...(broken > 0 ? [`${broken} pods of storage drivers are not well`] : []),
  ];
  return `${server}: ${parts.join(', ')}`;
}
