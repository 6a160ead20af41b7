import { ACCEPT_ROUTES, advertise } from './accept-routes.ts';
import { type Fault, HEALTHY, NODE_TO_NAS, type Setting } from './fault.ts';

/** Healthy labs that an eager reader of settings would accuse. */
export const lookAlikes: readonly Fault[] = [
  {
    id: 'accept-routes-remote-only',
    title: 'NAS accepts routes, but only a remote network is offered',
    settings: [advertise([]), ACCEPT_ROUTES],
    question: NODE_TO_NAS,
    expect: HEALTHY,
  },
  {
    id: 'reply-by-tunnel-arrives',
    title: 'NAS advertises its LAN and accepts routes: the reply takes the tunnel and arrives',
    settings: [
      {
        kind: 'prefs',
        host: 'nas-tailscale',
        prefs: { RouteAll: true, AdvertiseRoutes: ['10.0.0.0/24'] },
      },
      // The subnet router is set up as for joining two sites. Without its own LAN rule it would
      // send the reply straight back to the NAS; and masqueraded, all of the reply after the
      // SYN-ACK would reach the node from another address than it asked.
      { kind: 'prefs', host: 'connector', prefs: { RouteAll: true, NoSNAT: true } },
      lanRule('connector'),
    ],
    question: NODE_TO_NAS,
    expect: HEALTHY,
  },
  {
    id: 'accept-routes-pinned',
    title: 'NAS accepts the routes of the outage, and a rule keeps its LAN in main',
    settings: [lanRule('nas'), ACCEPT_ROUTES],
    question: NODE_TO_NAS,
    expect: HEALTHY,
  },
  {
    id: 'remote-subnet-by-design',
    title: 'A client in a remote network reaches the NAS through the tailnet',
    settings: [advertise([]), ACCEPT_ROUTES],
    question: { from: 'cabin', to: 'nas', serverAddress: '100.68.1.2' },
    expect: HEALTHY,
  },
];

/** The rule of Tailscale's documentation on overlapping subnets, at the priority it names. */
function lanRule(host: string): Setting {
  return { kind: 'rule', host, family: 'ipv4', rule: 'to 10.0.0.0/24 lookup main priority 2500' };
}
