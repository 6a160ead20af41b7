import { type Fault, NODE_TO_NAS, type Setting, yields } from './fault.ts';

/** By way of a machine that does not forward. */
export const STALE_ROUTE: Setting = {
  kind: 'route',
  host: 'node',
  family: 'ipv4',
  route: '10.0.0.210 via 10.0.0.38',
  present: true,
};

/** The node's own routing leads astray; the rest of the LAN reaches the NAS. */
export const paths: readonly Fault[] = [
  {
    id: 'node-route-astray',
    title:
      'A stale host route on the node leads to the NAS by way of a machine that does not forward',
    settings: [STALE_ROUTE],
    question: NODE_TO_NAS,
    expect: yields('node-route-astray'),
  },
];
