import { IMAGES } from '../homelab/images.ts';
import { deafWaiter, type Program, waiter, withoutTag } from '../programs.ts';
import { democraticCsi } from './driver.ts';
import { grpcProxy } from './grpc-proxy.ts';
import type { NasHttp } from './nas-http.ts';
import { nodeDriverRegistrar } from './registrar.ts';
import { SIDECARS } from './sidecars.ts';

/**
 * The programs of the homelab's images.
 *
 * @param http Makes the driver's requests in the network namespace of its pod.
 * @param driverCrashes Whether drivers of controllers die as soon as they start.
 */
export function homelabPrograms(
  http: NasHttp,
  driverCrashes: () => boolean = () => false,
): Readonly<Record<string, Program>> {
  return {
    ...SIDECARS,
    [withoutTag(IMAGES.driver)]: democraticCsi(http, driverCrashes),
    [withoutTag(IMAGES.proxy)]: grpcProxy,
    [withoutTag(IMAGES.registrar)]: nodeDriverRegistrar,
    [`${withoutTag(IMAGES.busybox)}#cleanup`]: deafWaiter,
    [withoutTag(IMAGES.tailscale)]: waiter,
    [withoutTag(IMAGES.operator)]: waiter,
    [withoutTag(IMAGES.jellyfin)]: waiter,
    [withoutTag(IMAGES.sonarr)]: waiter,
    [withoutTag(IMAGES.immich)]: waiter,
    [withoutTag(IMAGES.whoami)]: waiter,
  };
}
