import { expect, test } from 'vitest';
import { parseChanges } from '../../src/cli/trace-change.ts';
import type { NetworkState } from '../../src/model/network.ts';
import { readFibTriestat } from '../../src/readers/fib-triestat.ts';
import { readIpAddresses } from '../../src/readers/ip-addr.ts';
import { readIpLinks } from '../../src/readers/ip-link.ts';
import { readIpRoutes } from '../../src/readers/ip-route.ts';
import { readIpRules } from '../../src/readers/ip-rule.ts';
import { readSysctls } from '../../src/readers/sysctl.ts';
import { whatIf } from '../../src/routing/whatif.ts';
import { applyChange } from '../../src/routing/whatif-change.ts';
import { printed } from '../readers/state.ts';
import { describeWith } from '../support/needs.ts';

/** The kernel takes an IPv6 address into use in its own time; five seconds at most. */
const SETTLE =
  'n=0; while [ $n -lt 250 ] && ip -6 -o addr show tentative | grep -q .; do n=$((n+1)); sleep 0.02; done';

// devices that keep their carrier whatever happens to others
const SETUP = `
ip link set lo up
ip link add v0 type vxlan id 1 local 127.0.0.1 dstport 4789
ip link add v2 type vxlan id 2 local 127.0.0.1 dstport 4789
ip link add v3 type vxlan id 3 local 127.0.0.1 dstport 4789
for d in v0 v2 v3; do echo 0 > /proc/sys/net/ipv6/conf/$d/accept_dad; ip link set $d up; done
ip addr add 10.0.0.210/24 dev v0
ip addr add 10.0.1.5/24 brd + dev v0
ip addr add 10.1.0.1/24 dev v2
ip -6 addr add fd00:1::1/64 dev v0 nodad
ip -6 addr add fd00:2::1/64 dev v2 nodad
ip route add default via 10.0.0.1
ip route add 20.0.0.0/8 nexthop via 10.0.0.3 nexthop via 10.1.0.3
ip route add 21.0.0.0/8 via 10.0.0.3
ip route add 22.0.0.0/8 via 10.1.0.3 src 10.0.0.210
ip route add 23.0.0.0/8 dev v0 table 7
ip route add 24.0.0.0/8 dev v2 src 10.0.1.5
ip route add 10.0.0.197 dev v2 table 52
ip -6 route add 2a00::/16 via fd00:1::9
ip -6 route add 2a01::/16 via fd00:2::9 metric 5
ip rule add fwmark 0x80000/0xff0000 lookup main priority 5210
ip rule add lookup 52 priority 5270
ip -6 rule add lookup 52 priority 5270
${SETTLE}
`;

const READ = {
  links: 'ip -j -d link',
  addresses: 'ip -j addr',
  rules4: 'ip -j -4 rule',
  rules6: 'ip -j -6 rule',
  routes4: 'ip -j -4 route show table all',
  routes6: 'ip -j -6 route show table all',
  sysctls:
    'grep -s . /proc/sys/net/ipv[46]/conf/*/forwarding /proc/sys/net/ipv4/conf/*/route_localnet',
  trie: 'cat /proc/net/fib_triestat',
};

interface Asked {
  readonly add?: string | undefined;
  readonly del?: string | undefined;
  readonly down?: string | undefined;
}

/** The state before and after a command, in one namespace. */
function statesAround(command: string): readonly [NetworkState, NetworkState] {
  const keys = Object.keys(READ) as (keyof typeof READ)[];
  const commands = Object.fromEntries([
    ...keys.map((key) => [`before ${key}`, READ[key]]),
    ['change', `${command}; ${SETTLE}`],
    ...keys.map((key) => [`after ${key}`, READ[key]]),
  ]);
  const output = printed(SETUP, commands);
  return [
    stateOf((key) => output[`before ${key}`] ?? ''),
    stateOf((key) => output[`after ${key}`] ?? ''),
  ];
}

function stateOf(output: (key: keyof typeof READ) => string): NetworkState {
  const ipv4 = readIpRoutes(output('routes4'), { family: 'ipv4' }).value;
  return {
    links: readIpLinks(output('links')).value,
    addresses: readIpAddresses(output('addresses')).value,
    rules: {
      ipv4: readIpRules(output('rules4'), { family: 'ipv4' }).value,
      ipv6: readIpRules(output('rules6'), { family: 'ipv6' }).value,
    },
    routes: { ipv4, ipv6: readIpRoutes(output('routes6'), { family: 'ipv6' }).value },
    neighbours: [],
    sysctls: readSysctls(output('sysctls')).value,
    localTable: readFibTriestat(output('trie'), ipv4).value,
  };
}

describeWith(
  ['namespaces', 'ip'],
  'a change made to a state is the change the kernel makes',
  () => {
    test.each([
      { add: 'rule to 10.0.0.0/24 lookup main priority 2500' },
      { add: 'rule from 10.0.0.210 lookup main' },
      { add: 'rule not from 10.0.0.0/8 prohibit priority 3' },
      { add: 'rule to 2a00::/16 prohibit priority 9' },
      { del: 'rule priority 5270' },
      { del: 'rule lookup 52' },
      { add: 'route 10.0.0.196 via 10.0.0.9 table 52 metric 5' },
      { add: 'route 25.0.0.0/8 via 10.1.0.9' },
      { add: 'route 26.0.0.0/8 nexthop via 10.0.0.9 nexthop via 10.1.0.9 weight 3' },
      { add: 'route blackhole 10.0.0.128/25' },
      { add: 'route 2a02::/16 via fd00:2::9' },
      { add: 'route 27.0.0.0/8 dev v2' },
      { del: 'route 21.0.0.0/8' },
      { del: 'route 10.0.0.197 table 52' },
      { del: 'route default via 10.0.0.1' },
      { del: 'route 2a00::/16' },
      { down: 'v0' },
      { down: 'v2' },
      { add: 'address 10.0.0.99/24 dev v2' },
      { add: 'address 10.0.0.77/24 dev v0' },
      { add: 'address 10.55.0.1/32 dev v2' },
      { add: 'address 10.58.0.0/31 dev v2' },
      { add: 'address 10.59.0.1/30 dev v3' },
      { add: 'address fd00:9::1/64 dev v2' },
    ] as readonly Asked[])('$add $del $down', ({ add, del, down }) => {
      const [before, really] = statesAround(commandOf({ add, del, down }));
      const [change] = parseChanges(
        { add: add ? [add] : [], del: del ? [del] : [], down: down ? [down] : [] },
        before,
      );
      if (!change) throw new Error('no change was read');
      const made = applyChange(before, change);
      let differences = 0;
      for (const family of ['ipv4', 'ipv6'] as const) {
        for (const asker of ['route-get', 'tcp-connect'] as const) {
          const ranges = (from: NetworkState, to: NetworkState) =>
            whatIf(from, to, { family, asker }).map(({ first, last }) => `${first} ${last}`);
          expect(ranges(made, really)).toEqual([]);
          expect(ranges(before, made)).toEqual(ranges(before, really));
          differences += ranges(before, made).length;
        }
      }
      expect(differences).toBeGreaterThan(0);
    });

    function commandOf({ add, del, down }: Asked): string {
      if (down) return `ip link set ${down} down`;
      const [what = '', ...words] = (add ?? del ?? '').split(' ');
      const family = words.join(' ').includes(':') ? '-6 ' : '';
      return `ip ${family}${what} ${add ? 'add' : 'del'} ${words.join(' ')}`;
    }
  },
);
