import type { NasSettings } from '../kubernetes/homelab/democratic-csi-release.ts';
import {
  allowNodePlugins,
  type ClusterChange,
  claimVolume,
  killInControllers,
  reconfigureDrivers,
  restartPods,
  setDriverImage,
} from '../kubernetes/homelab/faults.ts';
import { IMAGES } from '../kubernetes/homelab/images.ts';
import type { Kubernetes } from '../kubernetes/start.ts';

/** Makes a running cluster differ from the healthy one, and healthy again. */
export interface ClusterChanges {
  /** Asked by the drivers' program whenever it starts. */
  readonly driverCrashes: () => boolean;
  /** Does what changed since the last time, and nothing twice. */
  become(kubernetes: Kubernetes, wanted: ClusterChange): void;
}

interface Step {
  readonly field: keyof ClusterChange;
  take(kubernetes: Kubernetes, wanted: ClusterChange, before: ClusterChange): void;
}

export function createClusterChanges(nas: NasSettings): ClusterChanges {
  let now: ClusterChange = {};
  const steps = stepsFor(nas);
  return {
    driverCrashes: () => now.driverCrashes === true,
    become(kubernetes, wanted) {
      const before = now;
      now = wanted;
      for (const { field, take } of steps) {
        if (JSON.stringify(wanted[field]) !== JSON.stringify(before[field])) {
          take(kubernetes, wanted, before);
        }
      }
    },
  };
}

/** In the order they are taken: restarts come last, when all else is as it shall be. */
function stepsFor(nas: NasSettings): readonly Step[] {
  return [
    { field: 'driver', take: (k, { driver }) => reconfigureDrivers(k, { ...nas, ...driver }) },
    {
      field: 'driverIsOld',
      take: (k, { driverIsOld }) =>
        setDriverImage(k, driverIsOld ? IMAGES.oldDriver : IMAGES.driver),
    },
    {
      field: 'nodePluginsForbidden',
      take: (k, { nodePluginsForbidden }) => allowNodePlugins(k, nodePluginsForbidden !== true),
    },
    {
      field: 'driverCrashes',
      take(k, { driverCrashes }) {
        if (!driverCrashes) return restartPods(k, 'controllers');
        killInControllers(k, 'csi-driver');
        // those that stay keep their connection to the proxy; a new one meets the 502
        killInControllers(k, 'external-resizer');
      },
    },
    {
      field: 'mountHelperMissing',
      take: (k, { mountHelperMissing }) =>
        k.setMountOutcome(mountHelperMissing ? { is: 'helper-missing' } : undefined),
    },
    {
      field: 'writeDelayMs',
      take: (k, { writeDelayMs = 0 }) => k.setDelay(writeDelayMs, 'writes'),
    },
    { field: 'newClaim', take: (k, { newClaim }) => claimVolume(k, newClaim === true) },
    {
      field: 'restarts',
      // when it is mended as well, as whoever mended it would
      take(k, { restarts }, before) {
        const which = restarts ?? before.restarts;
        if (which) restartPods(k, which);
      },
    },
  ];
}
