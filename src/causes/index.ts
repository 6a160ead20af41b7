import type { Cause } from './cause.ts';
import { exitNodeCapturesLan } from './exit-node-captures-lan.ts';
import { hostAbsent } from './host-absent.ts';
import { lanRouteCapturedByVpn } from './lan-route-captured-by-vpn.ts';
import { serviceRefused } from './service-refused.ts';
import { serviceSilent } from './service-silent.ts';

/** Every cause the program knows, in the order of the path: an earlier one hides later ones. */
export const causes: readonly Cause[] = [
  hostAbsent,
  lanRouteCapturedByVpn,
  exitNodeCapturesLan,
  serviceRefused,
  serviceSilent,
];
