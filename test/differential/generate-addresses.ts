import { DEVICES, PAIRS } from './generate-links.ts';
import type { Random } from './random.ts';
import type { Step } from './scenario.ts';

/** Addresses that hosts of the scenario may have; routes, rules and questions use them too. */
export const OWN_IPV4 = [
  '10.0.0.1',
  '10.0.0.2',
  '10.1.0.1',
  '10.1.0.77',
  '10.2.0.1',
  '10.2.7.1',
  '172.16.0.1',
  '192.168.0.1',
  '192.168.0.2',
  '169.254.3.3',
  '1.2.3.4',
  '100.68.1.2',
] as const;
export const OWN_IPV6 = [
  'fd00:0:0:0::1',
  'fd00:0:0:0::2',
  'fd00:0:0:1::1',
  'fd00:0:0:1:aa::77',
  '2001:db8::1',
  '2001:db8:1::1',
  '2002:a00:1::1',
  '2001:0:1::1',
  'fec0::7',
  'fe80::1',
  'fe80::2',
] as const;

const LENGTHS = [8, 16, 24, 24, 24, 30, 32];

export function addressSteps(random: Random): Step[] {
  const steps: Step[] = [];
  for (const device of [...PAIRS, 'br0', 'lo']) {
    const count = random.below(4);
    for (let n = 0; n < count; n++) {
      steps.push({ by: 'ipv4', text: ipv4Address(random, device) });
      steps.push({ by: 'ipv6', text: ipv6Address(random, device) });
    }
  }
  return steps;
}

function ipv4Address(random: Random, device: string): string {
  const local = random.pick(OWN_IPV4);
  const scope = random.maybe(4, () => `scope ${random.pick(['link', 'host', 'global', '200'])}`);
  if (random.oneIn(8)) {
    const peer = random.pick(OWN_IPV4);
    return `addr add ${local} peer ${peer}/${random.pick([24, 32])} dev ${device}${scope}`;
  }
  const broadcast = random.maybe(2, () => 'broadcast +');
  return `addr add ${local}/${random.pick(LENGTHS)}${broadcast} dev ${device}${scope}`;
}

function ipv6Address(random: Random, device: string): string {
  const local = random.pick(OWN_IPV6);
  const length = random.pick([48, 64, 64, 64, 126, 128]);
  const life = random.maybe(5, () => 'valid_lft forever preferred_lft 0');
  const bare = random.maybe(6, () => 'noprefixroute');
  const home = random.maybe(40, () => 'home');
  return `addr add ${local}/${length} dev ${device}${life} nodad${bare}${home}`;
}

/** Addresses that go again once routes may depend on them; the first is a gateway and stays. */
export function laterAddressSteps(random: Random): Step[] {
  if (!random.oneIn(3)) return [];
  const device = random.pick(DEVICES);
  return [
    { by: 'ipv4', text: `addr flush dev ${device} to ${random.pick(OWN_IPV4.slice(1))}` },
    { by: 'ipv6', text: `addr flush dev ${device} to ${random.pick(OWN_IPV6)}` },
  ];
}
