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

/** What a host plainly does with a packet. */
export type Plain =
  | { readonly is: 'not-plain' }
  | { readonly is: 'taken' }
  | {
      readonly is: 'passed';
      readonly device: number;
      /** 0 for the destination itself. */
      readonly gateway: number;
      /** The source the kernel chose; 0 where the packet has its own. */
      readonly source: number;
    };

const NOT_PLAIN: Plain = { is: 'not-plain' };
const TAKEN: Plain = { is: 'taken' };

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
  const edges = edges4({ before: host.state, after: host.state }, [{ kernel }]);
  const own = new Set<number>();
  for (const { ipv4 } of kernel.devices.list) for (const { local } of ipv4) own.add(local);
  const caches = new Map<number, Map<number, Plain>>();
  const canCache = edges.length < MOST_CLASSES && kernel.devices.list.length < MOST_DEVICES;

  function decided(packet: Flow4, asker: Asker | undefined): Plain {
    if (!canCache) return decide(k, packet, asker);
    const kind = kindOf(packet, asker);
    let cache = caches.get(kind);
    if (!cache) {
      cache = new Map();
      caches.set(kind, cache);
    }
    const classes =
      classOf(edges, packet.source) * MOST_CLASSES + classOf(edges, packet.destination);
    const key = classes * MOST_DEVICES + packet.iif;
    const known = cache.get(key);
    if (known !== undefined) return known;
    const answer = decide(k, packet, asker);
    cache.set(key, answer);
    return answer;
  }

  return {
    host,
    kernel: k,
    owns: (address) => own.has(address),
    send: decided,
    receive: (packet) => decided(packet, undefined),
  };
}

function decide(k: Kernel4, packet: Flow4, asker: Asker | undefined): Plain {
  return asker === undefined ? receive(k, packet) : send(k, packet, asker);
}

const ASKERS: readonly (Asker | undefined)[] = [
  undefined,
  'route-get',
  'tcp-connect',
  'udp-connect',
  'udp-send',
  'reply',
];

/** All that tells two packets apart but device and addresses, in one number. */
function kindOf(
  { protocol, sourcePort, destinationPort }: Flow4,
  asker: Asker | undefined,
): number {
  const asked = ASKERS.indexOf(asker) * 256 + protocol;
  return (asked * 65_536 + sourcePort) * 65_536 + destinationPort;
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
  if (ask(k, { asker, asked, out }, doubt) !== OK || doubt.asked) return NOT_PLAIN;
  if (out.type !== TYPE.unicast || !out.viaGateway) return NOT_PLAIN;
  const source = packet.source === 0 ? out.source : 0;
  return passed(k, out, { device: out.device, source, doubt });
}

function receive(k: Kernel4, packet: Flow4): Plain {
  const doubt = doubting();
  const input = emptyInput4();
  if (input4(k, packet, input, doubt) !== OK || doubt.asked) return NOT_PLAIN;
  if (input.type === TYPE.local) return TAKEN;
  if (input.type !== TYPE.unicast) return NOT_PLAIN;
  return passed(k, input, { device: input.device, source: 0, doubt });
}

function passed(
  k: Kernel4,
  { table, row, hop }: Found4,
  { device, source, doubt }: { device: number; source: number; doubt: Doubting },
): Plain {
  if (!table || hop < 0 || (table.hopFlags[hop] as number) & HOP.otherFamily) return NOT_PLAIN;
  const uses = usesGateway(k, { table, row, hop }, doubt);
  if (doubt.asked) return NOT_PLAIN;
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
