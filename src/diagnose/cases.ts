import type { Case, ClusterCase, Party, PodCase } from '../causes/cause.ts';
import { devicesTo } from '../causes/neighbours.ts';
import { isAddress } from '../model/address.ts';
import type { ClusterNode } from '../model/cluster-symptoms.ts';
import { PROTOCOL_NUMBER } from '../model/flow.ts';
import type { Probe } from '../model/observation.ts';
import { familyOf, prefixContains } from '../model/prefix.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { decideOutput } from '../routing/decide-output.ts';
import { traceThereAndBack } from '../routing/trace.ts';
import { kernelFor, type World } from '../routing/world.ts';
import { checkedReply } from './check-kernel.ts';

/** One case for each address of the server that was asked about. */
export function casesOf(snapshot: Snapshot, world: World): Case[] {
  return snapshot.question.serverAddresses.map((address) => caseOf(snapshot, world, address));
}

/** What causes of the cluster judge by; undefined where no cluster was read. */
export function clusterCaseOf(
  snapshot: Snapshot,
  world: World,
  cases: readonly Case[],
): ClusterCase | undefined {
  const { cluster, question } = snapshot;
  if (!cluster) return undefined;
  const pods = question.compare.filter((id) => podNodeOf(snapshot, world, id) !== undefined);
  const podCases = cases.flatMap((node) =>
    pods
      .filter((id) => podNodeOf(snapshot, world, id)?.addresses.includes(node.client.address ?? ''))
      .map((id): PodCase => ({ pod: podCase(snapshot, world, { id, node }), node })),
  );
  return { snapshot, cluster, cases, podCases };
}

/** The node in whose pod network a host lives, as the cluster hands out its addresses. */
export function podNodeOf(snapshot: Snapshot, world: World, id: string): ClusterNode | undefined {
  const { nodes } = snapshot.cluster ?? {};
  const [server] = snapshot.question.serverAddresses;
  const address = server === undefined ? undefined : sourceAddress(world, id, server);
  if (!nodes?.seen || address === undefined) return undefined;
  return nodes.value.find(({ podNetworks = [] }) =>
    podNetworks.some(
      (network) => familyOf(network) === familyOf(address) && prefixContains(network, address),
    ),
  );
}

/** Only its ends are known: on the way its packets may be masqueraded, so nothing is traced. */
function podCase(
  snapshot: Snapshot,
  world: World,
  { id, node }: { readonly id: string; readonly node: Case },
): Case {
  const { server } = node;
  const client = partyOf(snapshot, world, id, server.address);
  return {
    snapshot,
    client,
    server,
    forward: undefined,
    back: undefined,
    reply: replyTo(snapshot, world, { client, address: server.address }),
    probes: probesOf(snapshot, id, server.address),
    controls: controlsOf(snapshot, id, server.address),
    others: [],
  };
}

function replyTo(
  snapshot: Snapshot,
  world: World,
  { client, address }: { readonly client: Party; readonly address: string },
): Case['reply'] {
  if (!client.address) return { answer: undefined, kernel: undefined, agree: undefined };
  const { to } = snapshot.question;
  return checkedReply(snapshot, world, { host: to, from: address, to: client.address });
}

function caseOf(snapshot: Snapshot, world: World, address: string): Case {
  const { from, to, ports, compare } = snapshot.question;
  const client = partyOf(snapshot, world, from, address);
  const flow = {
    protocol: 'tcp' as const,
    source: client.address,
    destination: address,
    destinationPort: ports[0],
  };
  const legs = client.facts ? traceThereAndBack(world, flow, from) : undefined;
  return {
    snapshot,
    client,
    server: { id: to, name: nameOf(snapshot, to, address), address, facts: snapshot.hosts[to] },
    forward: legs?.forward,
    back: legs?.back,
    reply: replyTo(snapshot, world, { client, address }),
    probes: probesOf(snapshot, from, address),
    controls: controlsOf(snapshot, from, address),
    // a pod may be masqueraded: what becomes of its packets says nothing of its own address
    others: compare
      .filter((id) => podNodeOf(snapshot, world, id) === undefined)
      .map((id) => ({
        client: partyOf(snapshot, world, id, address),
        probes: probesOf(snapshot, id, address),
      })),
  };
}

/**
 * Where the server is on a subnet of the host, only machines that it reaches by the same device tell
 * whether that one works.
 */
export function controlsOf(snapshot: Snapshot, host: string, server: string): Probe[] {
  const facts = snapshot.hosts[host];
  const devices = devicesTo(facts, server);
  return snapshot.observations.filter(
    (o): o is Probe =>
      o.kind === 'probe' &&
      o.host === host &&
      o.role === 'control' &&
      familyOf(o.flow.destination) === familyOf(server) &&
      (devices.length === 0 ||
        devicesTo(facts, o.flow.destination).some((dev) => devices.includes(dev))),
  );
}

function probesOf({ observations }: Snapshot, host: string, address: string): Probe[] {
  return observations.filter(
    (o): o is Probe =>
      o.kind === 'probe' &&
      o.host === host &&
      o.role === 'target' &&
      o.flow.destination === address,
  );
}

function partyOf(snapshot: Snapshot, world: World, id: string, towards: string): Party {
  const facts = snapshot.hosts[id];
  return {
    id,
    name: nameOf(snapshot, id, id),
    address:
      sourceAddress(world, id, towards) ??
      (isAddress(id) ? id : nodeAddress(snapshot, id, towards)),
    facts,
  };
}

/** The address a host uses towards another: what its kernel would choose for a TCP connection. */
export function sourceAddress(world: World, id: string, towards: string): string | undefined {
  const kernel = kernelFor(world.hosts[id], familyOf(towards));
  if (!kernel) return undefined;
  const [answer] = decideOutput(kernel, {
    family: familyOf(towards),
    destination: towards,
    protocol: PROTOCOL_NUMBER.tcp,
    asker: 'tcp-connect',
  }).answers;
  return answer.is === 'route' ? answer.source : undefined;
}

/** Of a node of the cluster, as the cluster itself says: all that is known where nobody can look. */
export function nodeAddress({ cluster }: Snapshot, id: string, like: string): string | undefined {
  const nodes = cluster?.nodes.seen ? cluster.nodes.value : [];
  const { addresses = [] } = nodes.find(({ name }) => name === id) ?? {};
  return addresses.find((one) => isAddress(one) && familyOf(one) === familyOf(like));
}

/** What people call the host; nobody looked at it: its address instead of the URL that failed. */
function nameOf({ hosts }: Snapshot, id: string, otherwise: string): string {
  return hosts[id]?.name ?? (id.includes('://') ? otherwise : id);
}
