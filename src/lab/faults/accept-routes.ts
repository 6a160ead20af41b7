import { type Fault, NODE_TO_NAS, type Setting, yields } from './fault.ts';

/** `Accept Routes` on at the NAS; what it imports is up to what the subnet router advertises. */
export const ACCEPT_ROUTES: Setting = {
  kind: 'prefs',
  host: 'nas-tailscale',
  prefs: { RouteAll: true },
};

const IMPORTS = {
  '': { what: 'four single LAN addresses', routes: undefined },
  '-one': { what: 'the address of the node alone', routes: ['10.0.0.197/32'] },
  '-lan': { what: 'the whole LAN', routes: ['10.0.0.0/24'] },
} as const;

/** 2 is what the NAS has anyway. */
const FILTERS = ['2', '0', '1'] as const;

/**
 * The outage. The reverse-path filter changes how it shows (a SYN-RECV whose SYN-ACKs leave by the
 * tunnel, or SYNs dropped on arrival), not why.
 */
export const acceptRoutes: readonly Fault[] = [
  ...Object.entries(IMPORTS).flatMap(([suffix, { what, routes }]) =>
    FILTERS.map((filter): Fault => {
      const filterSuffix = filter === '2' ? '' : `-rp${filter}`;
      return {
        id: `accept-routes${suffix}${filterSuffix}`,
        title: `NAS accepts a route to ${what}, reverse-path filter ${filter}`,
        settings: [
          ...(routes ? [advertise(routes)] : []),
          ...(filter === '2' ? [] : [reversePathFilter(filter)]),
          ACCEPT_ROUTES,
        ],
        question: NODE_TO_NAS,
        expect: yields('lan-route-captured-by-vpn'),
      };
    }),
  ),
  {
    id: 'accept-routes-ipv6',
    title: 'NAS accepts an IPv6 route to the address of the node',
    settings: [advertise(['fd00:10::197/128']), ACCEPT_ROUTES],
    question: { from: 'node', to: 'nas', serverAddress: 'fd00:10::210' },
    expect: yields('lan-route-captured-by-vpn'),
  },
];

/** What the subnet router in the cluster advertises instead of its usual four addresses. */
export function advertise(routes: readonly string[]): Setting {
  return { kind: 'prefs', host: 'connector', prefs: { AdvertiseRoutes: routes } };
}

function reversePathFilter(value: '0' | '1'): Setting {
  return { kind: 'sysctl', host: 'nas', name: 'net.ipv4.conf.enp1s0.rp_filter', value };
}
