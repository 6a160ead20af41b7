import type { Case, Party } from '../causes/cause.ts';
import { isAddress } from '../model/address.ts';
import { PROTOCOL_NUMBER } from '../model/flow.ts';
import type { Probe } from '../model/observation.ts';
import { familyOf } from '../model/prefix.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { decideOutput } from '../routing/decide-output.ts';
import { traceThereAndBack } from '../routing/trace.ts';
import { kernelFor, type World } from '../routing/world.ts';
import { checkedReply } from './check-kernel.ts';

/** One case for each address of the server that was asked about. */
export function casesOf(snapshot: Snapshot, world: World): Case[] {
  return snapshot.question.serverAddresses.map((address) => caseOf(snapshot, world, address));
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
    reply: client.address
      ? checkedReply(snapshot, world, { host: to, from: address, to: client.address })
      : { answer: undefined, kernel: undefined, agree: undefined },
    probes: probesOf(snapshot, from, address),
    controls: snapshot.observations.filter(
      (o): o is Probe =>
        o.kind === 'probe' &&
        o.host === from &&
        o.role === 'control' &&
        familyOf(o.flow.destination) === familyOf(address),
    ),
    others: compare.map((id) => ({
      client: partyOf(snapshot, world, id, address),
      probes: probesOf(snapshot, id, address),
    })),
  };
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
    address: sourceAddress(world, id, towards) ?? (isAddress(id) ? id : undefined),
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

/** What people call the host; nobody looked at it: its address instead of the URL that failed. */
function nameOf({ hosts }: Snapshot, id: string, otherwise: string): string {
  return hosts[id]?.name ?? (id.includes('://') ? otherwise : id);
}
