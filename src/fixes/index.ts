import type { Fix } from './fix.ts';
import { pinLan } from './pin-lan.ts';
import { tailscaleAllowLanAccess } from './tailscale-allow-lan-access.ts';
import { tailscaleStopAcceptingRoutes } from './tailscale-stop-accepting-routes.ts';
import { truenasAppAcceptRoutesOff } from './truenas-app-accept-routes-off.ts';
import { unadvertiseLanRoute } from './unadvertise-lan-route.ts';

/** Every fix of a host that the program knows; causes name those that undo them. */
export const fixes: readonly Fix[] = [
  tailscaleStopAcceptingRoutes,
  tailscaleAllowLanAccess,
  pinLan,
  truenasAppAcceptRoutesOff,
  unadvertiseLanRoute,
];

/** What is done beside a fix so that it lasts: fix, then what goes with it. */
export const LASTING: Readonly<Record<string, readonly Fix[]>> = {
  'tailscale-stop-accepting-routes': [truenasAppAcceptRoutesOff],
};
