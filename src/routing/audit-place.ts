import { writeIpv4 } from '../model/address.ts';
import type { Choices } from './choices.ts';
import { ask } from './decide-output4.ts';
import type { Asker } from './decision.ts';
import { LOOPBACK } from './devices.ts';
import { OK } from './errno.ts';
import type { Flow4 } from './flow.ts';
import { usesGateway } from './gateway4.ts';
import { emptyInput4, input4 } from './input4.ts';
import type { Kernel4 } from './kernel4.ts';
import type { Found4 } from './lookup4.ts';
import { emptyOutput4 } from './output4.ts';
import { HOP, TYPE } from './table-columns.ts';
import { edges4 } from './whatif-edges4.ts';
import { kernelFor, type WorldHost } from './world.ts';

/** What a host plainly does with a packet; undefined where it is not plain. */
export type Plain =
  | { readonly is: 'taken' }
  | {
      readonly is: 'passed';
      readonly device: number;
      /** 0 for the destination itself. */
      readonly gateway: number;
      /** The source the kernel chose; 0 where the packet has its own. */
      readonly source: number;
    }
  | undefined;

/**
 * One host, asked in numbers. Two addresses between which no edge of a rule, table or own address
 * lies are treated alike, so each pair of such classes is decided once.
 */
export interface Place {
  readonly host: WorldHost;
  readonly kernel: Kernel4;
  owns(address: number): boolean;
  /** A packet of its own; source 0 lets the kernel choose. */
  send(packet: Flow4, asker: Asker): Plain;
  /** A packet that comes in by a device, given by id. */
  receive(packet: Flow4): Plain;
}

/** Sizes of the parts of a cache key; a host with more of any is asked anew each time. */
const MOST_CLASSES = 2 ** 20;
const MOST_DEVICES = 2 ** 12;

export function placeOf(host: WorldHost | undefined): Place | undefined {
  const kernel = kernelFor(host, 'ipv4');
  if (!host || !kernel) return undefined;
  const k = kernel.ipv4;
  const edges = edges4({ before: host.state, after: host.state }, [kernel]);
  const own = new Set<number>();
  for (const { ipv4 } of kernel.devices.list) for (const { local } of ipv4) own.add(local);
  const caches = new Map<string, Map<number, Plain>>();
  const canCache = edges.length < MOST_CLASSES && kernel.devices.list.length < MOST_DEVICES;

  /** The answers for packets that differ in nothing but device and addresses. */
  function cacheFor(packet: Flow4, asker: string): Map<number, Plain> {
    const { protocol, sourcePort, destinationPort } = packet;
    const name = `${asker} ${protocol} ${sourcePort} ${destinationPort}`;
    let cache = caches.get(name);
    if (!cache) {
      cache = new Map();
      caches.set(name, cache);
    }
    return cache;
  }

  function decided(packet: Flow4, asker: string, decide: () => Plain): Plain {
    if (!canCache) return decide();
    const classes =
      classOf(edges, packet.source) * MOST_CLASSES + classOf(edges, packet.destination);
    const cache = cacheFor(packet, asker);
    const key = classes * MOST_DEVICES + packet.iif;
    if (!cache.has(key)) cache.set(key, decide());
    return cache.get(key);
  }

  return {
    host,
    kernel: k,
    owns: (address) => own.has(address),
    send: (packet, asker) => decided(packet, asker, () => send(k, packet, asker)),
    receive: (packet) => decided(packet, 'in', () => receive(k, packet)),
  };
}

/** Which stretch between two edges an address lies in. */
function classOf(edges: Uint32Array, address: number): number {
  let low = 0;
  let high = edges.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if ((edges[middle] as number) <= address) low = middle;
    else high = middle - 1;
  }
  return low;
}

function send(k: Kernel4, packet: Flow4, asker: Asker): Plain {
  const doubt = doubting();
  const out = emptyOutput4();
  const asked = { ...packet, iif: LOOPBACK };
  if (ask(k, { asker, asked, out }, doubt) !== OK || doubt.asked) return undefined;
  if (out.type !== TYPE.unicast || !out.viaGateway) return undefined;
  const source = packet.source === 0 ? out.source : 0;
  return passed(k, out, { device: out.device, source, doubt });
}

function receive(k: Kernel4, packet: Flow4): Plain {
  const doubt = doubting();
  const input = emptyInput4();
  if (input4(k, packet, input, doubt) !== OK || doubt.asked) return undefined;
  if (input.type === TYPE.local) return { is: 'taken' };
  if (input.type !== TYPE.unicast) return undefined;
  return passed(k, input, { device: input.device, source: 0, doubt });
}

function passed(
  k: Kernel4,
  { table, row, hop }: Found4,
  { device, source, doubt }: { device: number; source: number; doubt: Doubting },
): Plain {
  if (!table || hop < 0 || (table.hopFlags[hop] as number) & HOP.otherFamily) return undefined;
  const uses = usesGateway(k, { table, row, hop }, doubt);
  if (doubt.asked) return undefined;
  return { is: 'passed', device, gateway: uses ? (table.hopGateway[hop] as number) : 0, source };
}

interface Doubting extends Choices {
  asked: boolean;
}

/** Takes the first way and remembers that there was a choice. */
function doubting(): Doubting {
  return {
    asked: false,
    pick(count) {
      if (count > 1) this.asked = true;
      return 0;
    },
    settle() {
      this.asked = true;
      return 0;
    },
  };
}

/** The name of a device by its id, and an address as text, for those who ask in words. */
export function wordsOf({ kernel }: Place, device: number, nextHop: number) {
  return { device: kernel.devices.list[device]?.name ?? '', nextHop: writeIpv4(nextHop) };
}
