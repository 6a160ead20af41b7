import type { ScriptPart } from '../section.ts';
import { CLOCK_CODE, IDENTITY_CODE, TOOLS_CODE } from './identity.ts';

/** What decisions of the kernel depend on, per interface. Source: Linux ip-sysctl.rst. */
const IPV4_CONF = [
  'rp_filter',
  'forwarding',
  'accept_local',
  'src_valid_mark',
  'route_localnet',
  'ignore_routes_with_linkdown',
  'arp_ignore',
  'arp_filter',
  'arp_announce',
];
const IPV6_CONF = [
  'forwarding',
  'force_forwarding',
  'disable_ipv6',
  'ignore_routes_with_linkdown',
  'use_tempaddr',
  'use_oif_addrs_only',
  'accept_ra',
];
/** And for the whole host. */
const GLOBAL = [
  'ipv4/ip_forward',
  'ipv4/ip_nonlocal_bind',
  'ipv4/fib_multipath_*',
  'ipv4/fwmark_reflect',
  'ipv4/tcp_fwmark_accept',
  'ipv4/tcp_l3mdev_accept',
  'ipv4/tcp_syn_retries',
  'ipv4/tcp_synack_retries',
  'ipv4/icmp_echo_ignore_all',
  'ipv6/fib_multipath_*',
  'ipv6/fwmark_reflect',
  'ipv6/ip_nonlocal_bind',
];

/** The same for people, short enough for a line of a report. */
export const SYSCTL_TYPED = 'sysctl -a --pattern "rp_filter|forward|accept_local|mark|multipath"';

const SYSCTL_FILES = [
  ...IPV4_CONF.map((name) => `ipv4/conf/*/${name}`),
  ...IPV6_CONF.map((name) => `ipv6/conf/*/${name}`),
  ...GLOBAL,
].map((path) => `/proc/sys/net/${path}`);

export const COUNTERS_CODE = 'cat /proc/net/netstat /proc/net/snmp /proc/net/snmp6';
export const COUNTERS_TYPED = 'cat /proc/net/netstat /proc/net/snmp';

/**
 * Names of tables and groups; what stands later counts, as in iproute2 itself. The files are short
 * and mostly not there, so the shell reads them itself.
 */
export function nameFiles(file: string): string {
  const places = ['/usr/share/iproute2', '/usr/lib/iproute2', '/etc/iproute2'];
  const files = places.map((place) => `${place}/${file} ${place}/${file}.d/*.conf`).join(' ');
  return `for f in ${files}; do
[ ! -f $f ] || while IFS= read -r x; do echo "$x"; done <$f
done`;
}

/**
 * What `ip` there is, in `$v`, and the options it knows, in `$j` and `$d`: BusyBox has neither
 * JSON nor details, iproute2 before 5.0 (which called itself `iproute2-ss…`) prints broken JSON.
 */
const FIND_IP = `v=$($t ip -V 2>&1 </dev/null)
case $v in
*iproute2-[0-9]*) j=-j d=-d;;
*BusyBox*) j= d=;;
*) j= d=-d;;
esac`;

export const PROC_ROUTES = 'cat /proc/net/route';

/**
 * The counters come first: they are compared with those read after the probes. What can be long
 * comes last, so that output cut off at the limit still holds the rest.
 */
export const LINUX_PARTS: readonly ScriptPart[] = [
  { id: 'linux-clock', code: CLOCK_CODE },
  { id: 'linux-counters', code: COUNTERS_CODE },
  { setUp: FIND_IP },
  { id: 'linux-identity', code: IDENTITY_CODE },
  { id: 'linux-tables', code: nameFiles('rt_tables') },
  { id: 'linux-groups', code: nameFiles('group') },
  { id: 'linux-addresses', code: '$t ip $j $d addr show' },
  { id: 'linux-rules-ipv4', code: '$t ip $j -4 rule show' },
  { id: 'linux-rules-ipv6', code: '$t ip $j -6 rule show' },
  { id: 'linux-sysctls', code: `grep -Hs . ${SYSCTL_FILES.join(' ')}` },
  { id: 'linux-triestat', code: 'cat /proc/net/fib_triestat' },
  { id: 'linux-tools', code: TOOLS_CODE },
  // all there is in a container without iproute2
  { id: 'linux-proc-routes', code: `command -v ip >/dev/null || ${PROC_ROUTES}` },
  { id: 'linux-neighbours', code: '$t ip $j neigh show' },
  { id: 'linux-routes-ipv4', code: '$t ip $j -4 route show table all' },
  { id: 'linux-routes-ipv6', code: '$t ip $j -6 route show table all' },
];
