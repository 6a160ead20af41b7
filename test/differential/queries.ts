import { readIpv4, readIpv6, writeIpv4, writeIpv6 } from '../../src/model/address.ts';
import type { Family } from '../../src/model/network.ts';
import { familyOf } from '../../src/model/prefix.ts';
import { aimsOf } from './aimed-queries.ts';
import { OWN_IPV4, OWN_IPV6 } from './generate-addresses.ts';
import { DEVICES } from './generate-links.ts';
import { MARKS, PORTS, TOS, UIDS } from './generate-rules.ts';
import type { Random } from './random.ts';
import type { Query, Step } from './scenario.ts';

/**
 * Questions, most of them at the edges of what the steps speak of: the first and last address of
 * each prefix, and their neighbours outside. A third is about packets that some rule is about.
 */
export function queriesOf(
  random: Random,
  { steps, family, count }: { steps: readonly Step[]; family: Family; count: number },
): Query[] {
  const destinations = edgesOf(steps, family);
  const aims = aimsOf(steps, {
    family,
    edgesOf: (prefix) => edgesOf([{ by: family, text: prefix }], family),
  });
  const own: readonly string[] = family === 'ipv4' ? OWN_IPV4 : OWN_IPV6;
  const anywhere = () => (family === 'ipv4' ? anyIpv4(random) : anyIpv6(random));
  const destination = () =>
    random.oneIn(8) ? anywhere() : random.pick(random.oneIn(5) ? own : destinations);
  return Array.from({ length: count }, () => {
    const incoming = random.oneIn(3);
    const query = {
      destination: destination(),
      ...header(random, family),
      ...(incoming ? arrival(random, destination, own) : departure(random, destination, own)),
    };
    return aims.length > 0 && random.oneIn(3) ? aimed(query, random.pick(aims)(random)) : query;
  });
}

/**
 * A packet that came in has a source, and neither a device to leave by nor a user; ports need a
 * protocol that has any.
 */
function aimed(query: Query, aim: Partial<Query>): Query {
  const { oif, uid, sourcePort, destinationPort, ...both } = { ...query, ...aim };
  const hasPorts = both.protocol === 6 || both.protocol === 17;
  return {
    ...both,
    ...(hasPorts ? { sourcePort, destinationPort } : {}),
    ...(both.iif === undefined ? { oif, uid } : { source: both.source ?? both.destination }),
  };
}

function arrival(
  random: Random,
  destination: () => string,
  own: readonly string[],
): Partial<Query> {
  return {
    iif: random.pick(DEVICES.slice(random.oneIn(10) ? 0 : 1)),
    source: random.oneIn(6) ? random.pick(own) : destination(),
  };
}

function departure(
  random: Random,
  destination: () => string,
  own: readonly string[],
): Partial<Query> {
  const source = random.oneIn(20) ? destination() : random.pick(own);
  return {
    ...(random.oneIn(2) ? { source } : {}),
    ...(random.oneIn(6) ? { oif: random.pick(DEVICES) } : {}),
    ...(random.oneIn(10) ? { uid: random.pick(UIDS) } : {}),
  };
}

function header(random: Random, family: Family): Partial<Query> {
  const query: { -readonly [K in keyof Query]?: Query[K] } = {};
  if (random.oneIn(3)) query.mark = random.pick(MARKS);
  if (random.oneIn(3)) query.tos = random.pick(TOS);
  if (random.oneIn(2)) {
    query.protocol = random.pick([6, 17, family === 'ipv4' ? 1 : 58]);
    if (query.protocol === 6 || query.protocol === 17) {
      if (random.oneIn(2)) query.sourcePort = random.pick(PORTS) + random.below(2);
      if (random.oneIn(2)) query.destinationPort = random.pick(PORTS) + random.below(2);
    }
  }
  return query;
}

const WORD = /(?<![\w:.])([0-9a-f:.]*[:.][0-9a-f:.]*)(?:\/(\d+))?(?![\w:])/gi;

function edgesOf(steps: readonly Step[], family: Family): string[] {
  const found = new Set<string>();
  for (const { by, text } of steps) {
    if (by === 'sysctl' || / address /.test(text)) continue;
    for (const [, address = '', length] of text.matchAll(WORD)) {
      if (familyOf(address) !== family) continue;
      const edges = family === 'ipv4' ? ipv4Edges(address, length) : ipv6Edges(address, length);
      for (const edge of edges) found.add(edge);
    }
  }
  return [...found];
}

function ipv4Edges(address: string, length = '32'): string[] {
  const value = readIpv4(address);
  if (value < 0) return [];
  const size = 2 ** (32 - Number(length));
  const first = Math.floor(value / size) * size;
  const edges = [first - 1, first, first + 1, first + size - 2, first + size - 1, first + size];
  return edges.filter((edge) => edge >= 0 && edge < 2 ** 32).map(writeIpv4);
}

function ipv6Edges(address: string, length = '128'): string[] {
  const words = readIpv6(address);
  if (!words) return [];
  const value = words.reduce((sum, word) => (sum << 32n) | BigInt(word), 0n);
  const size = 1n << BigInt(128 - Number(length));
  const first = (value / size) * size;
  return [first - 1n, first, first + 1n, first + size - 2n, first + size - 1n, first + size]
    .filter((edge) => edge >= 0n && edge < 1n << 128n)
    .map(ipv6Text);
}

function ipv6Text(value: bigint): string {
  const word = (at: bigint) => Number((value >> (96n - 32n * at)) & 0xffffffffn);
  return writeIpv6([word(0n), word(1n), word(2n), word(3n)]);
}

function anyIpv4(random: Random): string {
  const special = ['255.255.255.255', '224.0.0.1', '239.1.2.3', '127.0.0.1', '0.0.0.0', '0.1.2.3'];
  return random.oneIn(4) ? random.pick(special) : writeIpv4(random.unsigned32());
}

function anyIpv6(random: Random): string {
  const special = ['::1', 'ff02::1', 'ff05::2', 'fe80::77', '::', '::ffff:1.2.3.4', '::5.6.7.8'];
  if (random.oneIn(3)) return random.pick(special);
  return writeIpv6([
    (0x20000000 + random.unsigned32() / 8) >>> 0,
    random.unsigned32(),
    random.unsigned32(),
    random.unsigned32(),
  ]);
}
