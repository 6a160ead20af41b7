import type { HangingPod, PodVolume } from '../../model/cluster-symptoms.ts';
import { endpointOf } from './endpoint.ts';
import type { EventsByObject } from './events.ts';
import { timeOf } from './reader.ts';
import type { Pod } from './schema.ts';
import type { StorageIndex } from './storage-index.ts';
import { workloadOf } from './workload-of.ts';

/** A pod that does not start, with its volumes followed to their servers and its events. */
export function hangingPod(
  pod: Pod,
  { storage, events }: { readonly storage: StorageIndex; readonly events: EventsByObject },
): HangingPod {
  const { metadata, spec } = pod;
  const { name, namespace = 'default' } = metadata;
  const since = sinceOf(pod);
  const workload = workloadOf(metadata);
  return {
    namespace,
    name,
    ...(spec.nodeName === undefined ? {} : { nodeName: spec.nodeName }),
    hostNetwork: spec.hostNetwork === true,
    ...(workload === undefined ? {} : { workload }),
    ...(since === undefined ? {} : { sinceUnixMs: since }),
    reason: reasonOf(pod),
    volumes: volumesOf(pod, storage),
    messages: events.about({ kind: 'Pod', namespace, name }),
  };
}

/** When it was bound to its node, or else made. */
function sinceOf({ metadata, status }: Pod): number | undefined {
  const scheduled = status?.conditions?.find(({ type }) => type === 'PodScheduled');
  return timeOf(scheduled?.lastTransitionTime) ?? timeOf(metadata.creationTimestamp);
}

function reasonOf({ spec, status }: Pod): string {
  const scheduled = status?.conditions?.find(({ type }) => type === 'PodScheduled');
  if (scheduled?.status === 'False') return scheduled.reason ?? 'Unschedulable';
  const waiting = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])]
    .flatMap(({ state }) => state?.waiting?.reason ?? [])
    .filter((reason) => reason !== 'PodInitializing');
  // nothing is created where no node was found for it yet
  const otherwise = spec.nodeName === undefined ? 'Pending' : 'ContainerCreating';
  return waiting[0] ?? status?.reason ?? otherwise;
}

function volumesOf({ metadata, spec }: Pod, storage: StorageIndex): PodVolume[] {
  const { name: podName, namespace = 'default' } = metadata;
  return (spec.volumes ?? []).flatMap(({ name, persistentVolumeClaim, ephemeral, ...inline }) => {
    // the claim of a generic ephemeral volume is named after the pod and the volume
    const claim =
      persistentVolumeClaim?.claimName ?? (ephemeral ? `${podName}-${name}` : undefined);
    if (claim !== undefined) return [storage.volumeOfClaim(namespace, claim)];
    const { nfs, iscsi, csi } = inline;
    const server = nfs?.server ?? endpointOf(iscsi?.targetPortal, 'iscsi')?.server;
    if (nfs || iscsi) return [inlineVolume(`kubernetes.io/${nfs ? 'nfs' : 'iscsi'}`, server)];
    return csi ? [inlineVolume(csi.driver, csi.volumeAttributes?.['server'])] : [];
  });
}

function inlineVolume(driver: string, server: string | undefined): PodVolume {
  return { driver, ...(server === undefined ? {} : { server }) };
}
