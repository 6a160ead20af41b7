import type { Family } from '../../src/model/network.ts';
import type { Asker } from '../../src/routing/decision.ts';
import { type Random, randomOf } from './random.ts';

/** One socket that sends one first packet. */
export interface Trial {
  readonly family: Family;
  readonly kind: Exclude<Asker, 'route-get'>;
  readonly destination: string;
  readonly destinationPort: number;
  /** Address and port it is bound to; a reply is sent from where the request came to. */
  readonly source?: string | undefined;
  readonly sourcePort?: number | undefined;
}

export interface LivePlan {
  /** Shell commands that prepare the namespace. */
  readonly setup: readonly string[];
  readonly trials: readonly Trial[];
}

const LEGS = [0, 1, 2] as const;
/** Addresses by family: own ones per leg, gateways per leg, the client of replies. */
const OWN = { ipv4: (leg: number) => `10.${leg}.0.1`, ipv6: (leg: number) => `fd00:${leg}::1` };
const GATEWAY = { ipv4: (leg: number) => `10.${leg}.0.9`, ipv6: (leg: number) => `fd00:${leg}::9` };
export const CLIENT = { ipv4: '10.50.0.2', ipv6: 'fd00:50::2' } as const;
/** Where the client's requests arrive. */
const SERVER = { ipv4: '10.50.0.1', ipv6: 'fd00:50::1' } as const;
const NEIGHBOUR_MAC = '02:00:00:00:00:99';
const SERVICES = [80, 2049, 5353] as const;
export const SERVER_PORT = 7000;

/**
 * A host with three legs, a default route on each in a table of its own, random rules among them,
 * and sockets of every kind that try their luck.
 */
export function livePlan(seed: number): LivePlan {
  const random = randomOf(seed);
  const setup = [...legs(), ...tables(), ...rules(random)];
  const trials: Trial[] = [];
  for (const family of ['ipv4', 'ipv6'] as const) {
    for (const kind of ['tcp-connect', 'udp-connect', 'udp-send'] as const) {
      for (let n = 0; n < 8; n++) trials.push(trialOf(random, { family, kind, n: trials.length }));
    }
    for (let n = 0; n < 3; n++) {
      trials.push({
        family,
        kind: 'reply',
        source: n === 0 ? SERVER[family] : OWN[family](n),
        sourcePort: SERVER_PORT,
        destination: CLIENT[family],
        destinationPort: 41_000 + trials.length,
      });
    }
  }
  return { setup, trials };
}

function trialOf(
  random: Random,
  { family, kind, n }: { family: Family; kind: Trial['kind']; n: number },
): Trial {
  const net = random.below(4);
  return {
    family,
    kind,
    // an address of its own for each trial, by which its packet is known again
    destination: family === 'ipv4' ? `10.7${net}.0.${n + 1}` : `fd00:7${net}::${n + 1}`,
    destinationPort: random.pick(SERVICES),
    ...(random.oneIn(2) ? { source: OWN[family](random.below(3)), sourcePort: 3000 + n } : {}),
  };
}

function legs(): string[] {
  const lines = [
    'ip link set lo up',
    'for key in all default; do echo 0 >/proc/sys/net/ipv6/conf/$key/accept_dad; done',
    'for key in all default; do echo 0 >/proc/sys/net/ipv4/conf/$key/rp_filter; done',
    'echo 0 >/proc/sys/net/ipv6/conf/default/router_solicitations',
  ];
  const up = (device: string, peer: string) => [
    `ip link add ${device} type veth peer name ${peer}`,
    `ip link set ${device} addrgenmode none up`,
    `ip link set ${peer} addrgenmode none up`,
  ];
  for (const leg of LEGS) {
    lines.push(...up(`v${leg}`, `p${leg}`));
    for (const family of ['ipv4', 'ipv6'] as const) {
      const length = family === 'ipv4' ? 24 : 64;
      const nodad = family === 'ipv4' ? '' : 'nodad';
      lines.push(`ip addr add ${OWN[family](leg)}/${length} dev v${leg} ${nodad}`);
      lines.push(
        `ip neigh add ${GATEWAY[family](leg)} dev v${leg} lladdr ${NEIGHBOUR_MAC} nud permanent`,
      );
    }
  }
  return lines;
}

function tables(): string[] {
  return LEGS.flatMap((leg) => [
    `ip route add default via ${GATEWAY.ipv4(leg)} dev v${leg} table ${100 + leg}`,
    `ip -6 route add default via ${GATEWAY.ipv6(leg)} dev v${leg} table ${100 + leg}`,
  ]).concat([
    `ip route add default via ${GATEWAY.ipv4(0)} dev v0`,
    `ip -6 route add default via ${GATEWAY.ipv6(0)} dev v0`,
  ]);
}

function rules(random: Random): string[] {
  const lines: string[] = [];
  for (const family of ['ipv4', 'ipv6'] as const) {
    const flag = family === 'ipv4' ? '-4' : '-6';
    for (let n = 0; n < 6; n++) {
      const selector = selectorOf(random, family);
      const action = random.oneIn(8)
        ? random.pick(['prohibit', 'unreachable', 'blackhole'])
        : `lookup ${100 + random.below(3)}`;
      lines.push(`ip ${flag} rule add ${selector} priority ${100 + n} ${action}`);
    }
  }
  return lines;
}

function selectorOf(random: Random, family: Family): string {
  const net = random.below(4);
  switch (random.below(5)) {
    case 0:
    case 1:
      return `from ${OWN[family](random.below(3))}`;
    case 2:
      return family === 'ipv4' ? `to 10.7${net}.0.0/16` : `to fd00:7${net}::/32`;
    case 3:
      return `ipproto ${random.pick(['tcp', 'udp'])} dport ${random.pick(SERVICES)}`;
    default:
      return `ipproto ${random.pick(['tcp', 'udp'])}`;
  }
}
