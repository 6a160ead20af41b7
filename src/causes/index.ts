import type { Cause, ClusterCause } from './cause.ts';
import { controllerLostLeaderLease } from './controller-lost-leader-lease.ts';
import { csiDriverDead } from './csi-driver-dead.ts';
import { csiDriverNotRegistered } from './csi-driver-not-registered.ts';
import { driverContractRefused } from './driver-contract-refused.ts';
import { exitNodeCapturesLan } from './exit-node-captures-lan.ts';
import { hostAbsent } from './host-absent.ts';
import { lanRouteCapturedByVpn } from './lan-route-captured-by-vpn.ts';
import { nfsExportDenied } from './nfs-export-denied.ts';
import { nfsMountHelperMissing } from './nfs-mount-helper-missing.ts';
import { noReturnRouteToPods } from './no-return-route-to-pods.ts';
import { nodeRouteAstray } from './node-route-astray.ts';
import { podNetworkBroken } from './pod-network-broken.ts';
import { serviceRefused } from './service-refused.ts';
import { serviceSilent } from './service-silent.ts';
import { storageApiKeyRefused } from './storage-api-key-refused.ts';
import { storageApiRefused } from './storage-api-refused.ts';
import { storageApiRemoved } from './storage-api-removed.ts';
import { storageNameUnresolved } from './storage-name-unresolved.ts';
import { storageTlsUntrusted } from './storage-tls-untrusted.ts';

/** Every cause that shows on a path; reports name what is excluded in this order. */
export const causes: readonly Cause[] = [
  hostAbsent,
  lanRouteCapturedByVpn,
  exitNodeCapturesLan,
  serviceRefused,
  serviceSilent,
  nodeRouteAstray,
  storageApiRefused,
];

/** Every cause that shows in a cluster. */
export const clusterCauses: readonly ClusterCause[] = [
  podNetworkBroken,
  noReturnRouteToPods,
  storageNameUnresolved,
  storageTlsUntrusted,
  storageApiKeyRefused,
  storageApiRemoved,
  driverContractRefused,
  nfsExportDenied,
  nfsMountHelperMissing,
  csiDriverNotRegistered,
  csiDriverDead,
  controllerLostLeaderLease,
];
