import { cameBack } from '../causes/evidence.ts';
import type { ClusterFacts } from '../model/cluster.ts';
import type { Fact } from '../model/fact.ts';
import type { Probe, SocketState } from '../model/observation.ts';
import { familyOf, prefixContains } from '../model/prefix.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { controlsOf } from './cases.ts';
import { clusterSpread } from './cluster-spread.ts';
import { OPERATOR_ID, operatorWay } from './operator-view.ts';

/** What became of everything that one host sent to one address. */
type Fate = 'answered' | 'silent' | 'not-asked';

interface Witness {
  readonly id: string;
  readonly name: string;
  readonly fate: Fate;
}

/**
 * Who of several is answered and who is not, by node, by network, by target and by client. Each
 * sentence says what it lets one conclude, also when that is nothing.
 */
export function differential(snapshot: Snapshot): string[] {
  const { cluster, question } = snapshot;
  const [server] = question.serverAddresses;
  if (!cluster || server === undefined) return [];
  const client = witnessOf(snapshot, question.from, server);
  const others = question.compare.map((id) => witnessOf(snapshot, id, server));
  const nodeNames = new Set(itemsOf(cluster.nodes).map(({ name }) => name));
  const isPod = ({ id }: Witness) => id.includes('/');
  return [
    byNode(
      client,
      others.filter(({ id }) => nodeNames.has(id)),
      { cluster, server },
    ),
    byNetwork(client, others.filter(isPod), { snapshot, server }),
    byTarget(client, { snapshot, server }),
    byAddress(snapshot, server),
    byClient(
      client,
      others.filter((one) => !isPod(one) && !nodeNames.has(one.id)),
      {
        snapshot,
        server,
      },
    ),
  ].filter((line) => line !== undefined);
}

function byNode(
  client: Witness,
  others: readonly Witness[],
  { cluster, server }: { readonly cluster: ClusterFacts; readonly server: string },
): string | undefined {
  const asked = others.filter(({ fate }) => fate !== 'not-asked');
  if (client.fate === 'not-asked') return undefined;
  if (asked.length === 0) {
    const quiet = clusterSpread(cluster).find((one) => one.server === server)?.quiet ?? [];
    if (quiet.length === 0) return undefined;
    return `by node: nothing hangs on ${quiet.join(', ')}, which use ${server} as well; they were not asked`;
  }
  const [answered, silent] = [
    asked.filter(({ fate }) => fate === 'answered'),
    asked.filter(({ fate }) => fate === 'silent'),
  ];
  const names = (all: readonly Witness[]) => all.map(({ name }) => name).join(', ');
  if (client.fate === 'answered') {
    if (silent.length === 0)
      return `by node: ${server} answers ${client.name} and ${names(answered)}`;
    return `by node: ${server} answers ${client.name} and not ${names(silent)}: look from there`;
  }
  if (silent.length === 0) {
    return `by node: ${server} answers ${names(answered)} and not ${client.name}: the server is well, and what is broken is the way of ${client.name} alone, there or back`;
  }
  if (answered.length > 0) {
    return `by node: ${server} answers ${names(answered)} and not ${client.name}, ${names(silent)}: what is broken is the way of these nodes, there or back`;
  }
  return `by node: ${server} answers none of ${client.name}, ${names(silent)}: what is broken is at the server, or its way back to all of them`;
}

function byNetwork(
  client: Witness,
  pods: readonly Witness[],
  { snapshot, server }: { readonly snapshot: Snapshot; readonly server: string },
): string | undefined {
  const pod = pods.find(({ fate }) => fate !== 'not-asked');
  if (!pod || client.fate === 'not-asked') return undefined;
  const both = `by network: pod ${pod.id} and the host network of ${client.name}`;
  if (pod.fate === client.fate) {
    if (pod.fate === 'answered') return `${both} are both answered by ${server}`;
    const tells = masquerading(snapshot, pod.id, server);
    return `${both} are both not answered by ${server}; ${tells}`;
  }
  return client.fate === 'answered'
    ? `by network: ${server} answers the host network of ${client.name} and not its pod ${pod.id}: what is broken is the pod network, or the way back to addresses of pods`
    : `by network: ${server} answers pod ${pod.id} and not the host network of ${client.name}: what is broken is the way back to the address of the node`;
}

/** As which address the server sees a pod, where its sockets were read while the pod asked. */
function masquerading(
  { hosts, observations, cluster }: Snapshot,
  pod: string,
  server: string,
): string {
  const own = hosts[pod]?.network.addresses;
  const podAddresses = own?.seen ? own.value.map(({ local }) => local) : [];
  const seen = observations.filter(
    (o): o is SocketState => o.kind === 'socket' && o.local.address === server,
  );
  if (seen.some(({ remote }) => podAddresses.includes(remote.address))) {
    return 'the server sees the pod under its own address, so each of the two is broken by itself';
  }
  const networks = itemsOf(cluster?.nodes).flatMap(({ podNetworks = [] }) => podNetworks);
  const address = podAddresses.find((one) =>
    networks.some((network) => familyOf(network) === familyOf(one) && prefixContains(network, one)),
  );
  return `a pod${address ? ` (${address})` : ''} usually leaves masqueraded, under the address of its node, so this tells nothing more`;
}

function byTarget(
  client: Witness,
  { snapshot, server }: { readonly snapshot: Snapshot; readonly server: string },
): string | undefined {
  const controls = controlsOf(snapshot, client.id, server);
  const ran = controls.filter(({ outcome }) => outcome !== 'not-run');
  const [first] = ran;
  if (!first || client.fate === 'not-asked') return undefined;
  const answering = ran.find(cameBack)?.flow.destination;
  if (client.fate === 'answered') return undefined;
  return answering !== undefined
    ? `by target: ${client.name} is answered by ${answering} and not by ${server}: its own network works`
    : `by target: ${client.name} is answered neither by ${first.flow.destination} nor by ${server}: look at the network of ${client.name} first`;
}

/** The server's addresses side by side: one in the tailnet may answer where that of the LAN is silent. */
function byAddress(snapshot: Snapshot, server: string): string | undefined {
  const { compare, from, tailnetAddresses = [] } = snapshot.question;
  for (const id of [from, ...compare]) {
    for (const address of tailnetAddresses) {
      const inTailnet = witnessOf(snapshot, id, address);
      const onLan = witnessOf(snapshot, id, server);
      if (inTailnet.fate !== 'answered' || onLan.fate !== 'silent') continue;
      return `by address: ${inTailnet.name} is answered by ${address} in the tailnet and not by ${server}: the server is up, and what is broken is its LAN side or the way back by it`;
    }
  }
  return undefined;
}

function byClient(
  client: Witness,
  others: readonly Witness[],
  { snapshot, server }: { readonly snapshot: Snapshot; readonly server: string },
): string | undefined {
  const asked = others.filter(({ fate }) => fate !== 'not-asked');
  const works = asked.find(({ fate }) => fate === 'answered');
  if (works) {
    const where = works.id === OPERATOR_ID && operatorWay(snapshot, server).by === 'lan';
    const name = where ? `${works.name}, on the same LAN,` : works.name;
    const isAnswered = `by client: ${name} is answered by ${server}`;
    if (client.fate === 'answered') return `${isAnswered} as well`;
    return client.fate === 'silent'
      ? `${isAnswered} and ${client.name} is not: the server and its services are up, and what is broken is particular to ${client.name}`
      : `${isAnswered}, and ${client.name} was not asked: the server and its services are up, and whether ${client.name} is answered is not known`;
  }
  const [silent] = asked;
  if (!silent || client.fate !== 'silent') return undefined;
  return `by client: ${server} answers ${silent.name} as little as ${client.name}: what is broken is not particular to the cluster`;
}

function witnessOf({ hosts, observations }: Snapshot, id: string, server: string): Witness {
  const probes = observations.filter(
    (o): o is Probe =>
      o.kind === 'probe' &&
      o.host === id &&
      o.role === 'target' &&
      o.flow.destination === server &&
      o.outcome !== 'not-run',
  );
  const fate = probes.length === 0 ? 'not-asked' : probes.some(cameBack) ? 'answered' : 'silent';
  return { id, name: hosts[id]?.name ?? id, fate };
}

function itemsOf<T>(fact: Fact<readonly T[]> | undefined): readonly T[] {
  return fact?.seen ? fact.value : [];
}
