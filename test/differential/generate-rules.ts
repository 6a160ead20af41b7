import type { Family } from '../../src/model/network.ts';
import { OWN_IPV4, OWN_IPV6 } from './generate-addresses.ts';
import { DEVICES_OR_NONE } from './generate-links.ts';
import { ipv4Prefix, TABLES } from './generate-routes4.ts';
import { ipv6Prefix } from './generate-routes6.ts';
import type { Random } from './random.ts';
import type { Step } from './scenario.ts';

export const MARKS = [0x1, 0x10, 0x80000, 0xffffffff] as const;
export const TOS = [0x04, 0x08, 0x10, 0x14, 0x1c, 0x30] as const;
export const PORTS = [53, 80, 111, 443, 2049, 40000] as const;
export const UIDS = [0, 1, 65534] as const;
const MASKS = ['0x1', '0xff', '0xff0000', '0xffffffff'];

export function ruleSteps(random: Random, family: Family, count: number): Step[] {
  const steps: Step[] = [];
  const priorities = Array.from({ length: count }, () => anyPriority(random));
  for (const priority of priorities) {
    // a target that is there, and further on, or whatever comes
    const further = priorities.filter((other) => other > priority);
    const target = further.length > 0 && !random.oneIn(4) ? random.pick(further) : undefined;
    const goto = target ?? anyPriority(random);
    steps.push({ by: family, text: ruleOf(random, { family, priority, goto }) });
  }
  if (count > 0 ? random.oneIn(8) : random.oneIn(40)) {
    steps.push({ by: family, text: 'rule del priority 32766' });
  }
  if (count > 0 && random.oneIn(8)) steps.push({ by: family, text: 'rule del priority 0' });
  return steps;
}

/** Adding and deleting one rule leaves the list as it was and the tries split. */
export function splittingSteps(family: Family): Step[] {
  return ['add', 'del'].map((verb) => ({
    by: family,
    text: `rule ${verb} from all lookup 9 priority 77`,
  }));
}

/** Few enough that several rules share one. */
function anyPriority(random: Random): number {
  return random.below(12) * 3000 + random.below(3);
}

function ruleOf(
  random: Random,
  { family, priority, goto }: { family: Family; priority: number; goto: number },
): string {
  const choices = selectorsOf(random, family);
  const wanted = random.pick([0, 1, 1, 1, 2, 2, 3]);
  const selectors = new Set(Array.from({ length: wanted }, () => random.pick(choices)));
  // iproute2 wants `not` first
  const words = [...selectors].map((selector) => selector()).join(' ');
  const not = words !== '' && random.oneIn(selectors.size > 1 ? 3 : 6) ? 'not ' : '';
  return `rule add ${not}${words} priority ${priority} ${actionOf(random, goto)}`;
}

/** Every selector the kernel takes, each as likely as any other. */
function selectorsOf(random: Random, family: Family): readonly (() => string)[] {
  const prefix = () => (family === 'ipv4' ? ipv4Prefix(random) : ipv6Prefix(random));
  const own: readonly string[] = family === 'ipv4' ? OWN_IPV4 : OWN_IPV6;
  const ownPrefix = () =>
    `${random.pick(own)}/${random.pick(family === 'ipv4' ? [8, 24, 32] : [16, 64, 128])}`;
  const port = () => {
    const first = random.pick(PORTS);
    return random.oneIn(2) ? `${first}` : `${first}-${first + random.below(3000)}`;
  };
  const mask = () => (random.oneIn(2) ? `/${random.pick(MASKS)}` : '');
  return [
    () => `from ${random.oneIn(3) ? prefix() : ownPrefix()}`,
    () => `to ${prefix()}`,
    () => `iif ${random.pick(DEVICES_OR_NONE)}`,
    () => `oif ${random.pick(DEVICES_OR_NONE)}`,
    () => `fwmark ${random.pick(MARKS)}${mask()}`,
    () => `tos 0x${random.pick(TOS).toString(16)}`,
    () => `ipproto ${random.pick(['tcp', 'udp', family === 'ipv4' ? 'icmp' : 'ipv6-icmp'])}`,
    () => `sport ${port()}`,
    () => `dport ${port()}`,
    () => `uidrange ${random.pick(['0-0', '1-70000', '0-4294967294'])}`,
    () => 'tun_id 5',
  ];
}

function actionOf(random: Random, goto: number): string {
  switch (random.below(14)) {
    case 0:
      return random.pick(['blackhole', 'unreachable', 'prohibit']);
    case 1:
      return 'nop';
    case 2:
      return `goto ${goto}`;
    case 3:
      return `lookup ${random.pick(TABLES)} suppress_prefixlength ${random.pick([0, 8, 16, 24, 32, 64])}`;
    case 4:
      return `lookup ${random.pick(TABLES)} suppress_ifgroup ${random.below(4)}`;
    default:
      return `lookup ${random.pick([...TABLES, 7])}`;
  }
}
