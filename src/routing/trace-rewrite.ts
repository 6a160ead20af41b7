import type { Family, Masquerade } from '../model/network.ts';
import { familyOf, prefixContains } from '../model/prefix.ts';
import { decideOutput } from './decide-output.ts';
import type { Packet, Walk } from './trace-ending.ts';
import type { Found } from './trace-steps.ts';
import { isTunnelDevice } from './trace-tunnel.ts';
import { kernelFor, type WorldHost } from './world.ts';

export interface Forwarding {
  readonly host: WorldHost;
  /** By which it came in. */
  readonly device: string;
  readonly packet: Packet;
  readonly answer: Found;
  /** It comes from a pod of this host. */
  readonly inside: boolean;
}

/** What masquerading makes of the source of a packet that a host forwards. */
export function rewriteOf(
  walk: Walk,
  { host, device, packet, answer, inside }: Forwarding,
): { readonly packet: Packet; readonly note?: string } {
  const { source } = packet;
  if (walk.leg === 'return' || source === undefined) return { packet };
  const fromTailnet = device.startsWith('tailscale') && !isTunnelDevice(host, answer.device);
  const asked = host.masquerades?.some((m) => covers(m, { packet, device: answer.device }));
  if (!asked && !fromTailnet) {
    if (!inside || host.masquerades) return { packet };
    const unknown = `whether ${host.name} masquerades ${source}`;
    return {
      packet: { ...packet, source: undefined, sourceUnknown: unknown },
      note: `${unknown} was not seen`,
    };
  }
  const own = sourceOn(host, { answer, family: familyOf(source), destination: packet.destination });
  if (own === undefined) {
    const unknown = `the address ${host.name} puts in place of ${source}`;
    return { packet: { ...packet, source: undefined, sourceUnknown: unknown }, note: unknown };
  }
  return {
    packet: { ...packet, source: own },
    note: `${host.name} puts ${own} in place of ${source}`,
  };
}

function covers(
  { from, notTo, dev }: Masquerade,
  { packet, device }: { readonly packet: Packet; readonly device: string },
): boolean {
  if (dev !== undefined && dev !== device) return false;
  if (!prefixContains(from, packet.source ?? '')) return false;
  return !notTo.some((prefix) => prefixContains(prefix, packet.destination));
}

/** The address a host uses itself by the device that was chosen. */
function sourceOn(
  host: WorldHost,
  {
    answer,
    family,
    destination,
  }: { readonly answer: Found; readonly family: Family; readonly destination: string },
): string | undefined {
  const kernel = kernelFor(host, family);
  if (!kernel) return undefined;
  const oif = answer.device;
  const [own] = decideOutput(kernel, { family, destination, oif, asker: 'route-get' }).answers;
  return own.is === 'route' ? own.source : undefined;
}
