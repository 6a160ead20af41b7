import { spawnSync } from 'node:child_process';

/**
 * A routing state with one of everything the running kernel can hold, as commands. Run in a fresh
 * network namespace.
 */
export const RICH_STATE = `
ip link set lo up
ip link add v0 type veth peer name v1
ip link add v2 type veth peer name v3
ip link add br0 type bridge
for d in v0 v1 v2 v3 br0; do ip link set $d up; done
ip link set v3 master br0
ip link set v2 group 7
ip addr add 10.0.0.210/24 brd + dev v0
ip addr add 10.0.0.211/24 dev v0
ip addr add 172.16.0.1 peer 172.16.0.2 dev v2
ip addr add 169.254.7.7/16 dev v2 scope link
ip -6 addr add fd00:1::1/64 dev v0 nodad
ip -6 addr add fd00:2::1/64 dev v2 nodad preferred_lft 0
ip route add default via 10.0.0.1
ip route add default via 10.0.0.2 metric 100 proto dhcp src 10.0.0.211
ip route add 20.0.0.0/8 nexthop via 10.0.0.3 weight 2 nexthop via 172.16.0.2 dev v2 weight 5
ip route add blackhole 30.0.0.0/8
ip route add unreachable 31.0.0.0/8 metric 5
ip route add prohibit 32.0.0.1
ip route add throw 33.0.0.0/8 table 52
ip route add 10.0.0.197 dev v2 table 52
ip route add 40.0.0.0/8 via inet6 fd00:1::9 dev v0
ip route add 41.0.0.0/8 tos 0x10 via 1.2.3.4 dev v0 onlink mtu 1400
ip route add 42.0.0.0/8 dev v0 table 1000 scope link mtu lock 1300 advmss 1200
ip nexthop add id 7 via 10.0.0.7 dev v0
ip nexthop add id 8 via 10.0.0.8 dev v0
ip nexthop add id 9 group 7,2/8,5
ip route add 43.0.0.0/8 nhid 7
ip route add 44.0.0.0/8 nhid 9
ip -6 route add 2a00::/16 via fd00:1::9 pref high
ip -6 route add 2a01::/16 nexthop via fd00:1::9 nexthop via fd00:2::9 weight 3
ip -6 route add 2a02::/16 from fd00:1::/64 via fd00:2::9 metric 7
ip -6 route add default via fd00:1::9
ip -6 route add unreachable 2a03::/32
ip -6 route add throw 2a04::/32 table 77
ip -6 route add blackhole 2a05::/32
ip -6 route add 2a07::7 dev v2 expires 3000
ip neigh add 10.0.0.50 lladdr 02:00:00:00:00:01 dev v0 nud permanent
ip neigh add 10.0.0.51 lladdr 02:00:00:00:00:02 dev v0 nud stale
ip neigh add proxy 10.0.0.52 dev v0
ip -6 neigh add fd00:1::50 lladdr 02:00:00:00:00:03 dev v0 nud permanent router
ip rule add not from 10.0.0.0/8 to 1.2.3.4 fwmark 0x10/0xff iif v0 oif zzz uidrange 0-100 \
  ipproto tcp sport 5 dport 80-90 lookup 1000 suppress_prefixlength 0 suppress_ifgroup 0 priority 10
ip rule add goto 500 priority 20
ip rule add nop priority 30
ip rule add prohibit to 9.9.9.9 priority 31
ip rule add blackhole from 9.9.9.9 priority 32
ip rule add from 0.0.0.0/4 lookup 52 priority 33
ip rule add tos 0x10 ipproto sctp tun_id 5 lookup default priority 34
ip rule add iif lo lookup 53 priority 40
ip rule add l3mdev protocol static priority 1000
ip rule add fwmark 0x80 lookup main priority 5210 protocol 201
ip rule add fwmark 0x80000/0xff0000 unreachable priority 5250
ip -6 rule add not from fd00::/8 lookup 77 priority 44
ip -6 rule add to fd00::7 lookup main priority 45
`;

/** Runs commands in a network namespace of their own; both end together. */
export function inNamespace(script: string): string {
  const user = process.getuid?.() === 0 ? [] : ['-Ur'];
  const { stdout, stderr, status } = spawnSync('unshare', [...user, '-n', 'sh', '-ec', script], {
    encoding: 'utf8',
    timeout: 20_000,
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status !== 0) throw new Error(`Cannot run the script in a namespace: ${stderr}`);
  return stdout;
}

/** What each command prints in the same namespace, after `setup`. A command that fails gives ''. */
export function printed<K extends string>(
  setup: string,
  commands: Readonly<Record<K, string>>,
): Record<K, string> {
  const keys = Object.keys(commands) as K[];
  const mark = '=====8<=====';
  const script = keys.map((key) => `${commands[key]} 2>/dev/null || true; printf '\\n${mark}\\n'`);
  const parts = inNamespace([setup, ...script].join('\n')).split(`\n${mark}\n`);
  const outputs = {} as Record<K, string>;
  keys.forEach((key, at) => {
    outputs[key] = parts[at] ?? '';
  });
  return outputs;
}
