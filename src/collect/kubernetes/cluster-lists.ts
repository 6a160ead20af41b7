import { type Fact, mapFact } from '../../model/fact.ts';
import { EventsByObject } from './events.ts';
import type { ClusterReader } from './reader.ts';
import { RESOURCES } from './resources.ts';
import * as schema from './schema.ts';
import { StorageIndex } from './storage-index.ts';

/** Everything that is listed at once, before it is known what of it matters. */
export interface ClusterLists {
  readonly storage: StorageIndex;
  readonly events: EventsByObject;
  readonly pendingPods: readonly schema.Pod[];
  readonly pendingClaims: readonly schema.Claim[];
  readonly attachments: readonly schema.VolumeAttachment[];
  /** Driver → whether it wants volumes attached. */
  readonly drivers: ReadonlyMap<string, boolean | undefined>;
  readonly registered: ReadonlyMap<string, readonly string[]>;
  readonly daemonSets: readonly schema.Workload[];
  readonly subdirProvisioners: readonly schema.Workload[];
  /** How each list went; the number is how many there were. */
  readonly went: Readonly<Record<ListName, Fact<number>>>;
}

type ListName =
  | 'pods'
  | 'claims'
  | 'volumes'
  | 'classes'
  | 'attachments'
  | 'csiDrivers'
  | 'csiNodes'
  | 'daemonSets'
  | 'deployments'
  | 'events';

/** Our own pods hang for reasons of their own. */
const NOT_OURS = 'app.kubernetes.io/managed-by!=returnpath';
/** Labels of the Helm chart and of the plain manifests. */
const SUBDIR = 'app in (nfs-subdir-external-provisioner,nfs-client-provisioner)';
/** Events are kept for an hour; a storm of them must not fill the memory. */
const MOST_EVENTS = 20_000;

/**
 * Lists what a diagnosis starts from, side by side. Pods are asked for by their phase, so that the
 * many that are well are not read at all; the rest is read page by page and only what matters of
 * each object is kept.
 */
export async function readLists(
  reader: ClusterReader,
  { namespace }: { readonly namespace?: string | undefined },
): Promise<ClusterLists> {
  const storage = new StorageIndex();
  const events = new EventsByObject();
  const pendingPods: schema.Pod[] = [];
  const pendingClaims: schema.Claim[] = [];
  const attachments: schema.VolumeAttachment[] = [];
  const drivers = new Map<string, boolean | undefined>();
  const registered = new Map<string, readonly string[]>();
  const daemonSets: schema.Workload[] = [];
  const subdirProvisioners: schema.Workload[] = [];
  const went = await allOf({
    pods: reader.list(
      {
        resource: RESOURCES.pods,
        namespace,
        fieldSelector: 'status.phase=Pending',
        labelSelector: NOT_OURS,
      },
      { schema: schema.Pod, take: (pod) => pendingPods.push(pod), hides: 'which pods hang' },
    ),
    claims: reader.list(
      { resource: RESOURCES.claims, namespace },
      {
        schema: schema.Claim,
        take(claim) {
          storage.addClaim(claim);
          if (claim.status?.phase === 'Pending') pendingClaims.push(claim);
        },
        hides: 'which volume a pod waits for',
      },
    ),
    volumes: reader.list(
      { resource: RESOURCES.volumes },
      {
        schema: schema.PersistentVolume,
        take: (volume) => storage.addVolume(volume),
        hides: 'where the storage of a pod lives',
      },
    ),
    classes: reader.list(
      { resource: RESOURCES.storageClasses },
      {
        schema: schema.StorageClass,
        take: (one) => storage.addClass(one),
        hides: 'which driver makes volumes of a class',
      },
    ),
    attachments: reader.list(
      { resource: RESOURCES.attachments },
      {
        schema: schema.VolumeAttachment,
        take: (one) => {
          if (one.status?.attached !== true || one.status.detachError) attachments.push(one);
        },
        hides: 'volumes that could not be attached',
      },
    ),
    csiDrivers: reader.list(
      { resource: RESOURCES.csiDrivers },
      {
        schema: schema.CsiDriver,
        take: ({ metadata, spec }) => drivers.set(metadata.name, spec?.attachRequired),
        hides: 'which drivers are installed',
      },
    ),
    csiNodes: reader.list(
      { resource: RESOURCES.csiNodes },
      {
        schema: schema.CsiNode,
        take: ({ metadata, spec }) =>
          registered.set(
            metadata.name,
            (spec.drivers ?? []).map(({ name }) => name),
          ),
        hides: 'on which nodes a driver is registered',
      },
    ),
    daemonSets: reader.list(
      { resource: RESOURCES.daemonSets },
      {
        schema: schema.Workload,
        take: (one) => daemonSets.push(one),
        hides: 'the pods of storage drivers',
      },
    ),
    deployments: reader.list(
      { resource: RESOURCES.deployments, labelSelector: SUBDIR },
      {
        schema: schema.Workload,
        take: (one) => subdirProvisioners.push(one),
        hides: 'the pods of storage drivers',
      },
    ),
    events: readEvents(reader, { namespace, events }),
  });
  return {
    storage,
    events,
    pendingPods,
    pendingClaims,
    attachments,
    drivers,
    registered,
    daemonSets,
    subdirProvisioners,
    went,
  };
}

/** Warnings, and the two normal events that tell how far a claim has come. */
async function readEvents(
  reader: ClusterReader,
  {
    namespace,
    events,
  }: { readonly namespace: string | undefined; readonly events: EventsByObject },
): Promise<Fact<number>> {
  const selectors = ['type=Warning', 'reason=ExternalProvisioning', 'reason=Provisioning'];
  const [warnings, ...others] = await Promise.all(
    selectors.map((fieldSelector) =>
      reader.list(
        { resource: RESOURCES.events, namespace, fieldSelector, atMost: MOST_EVENTS },
        {
          schema: schema.Event,
          take: (event) => events.add(event),
          hides: 'why pods hang, and since when',
        },
      ),
    ),
  );
  const first = warnings ?? others[0];
  if (!first) throw new TypeError('there is at least one selector');
  const more = others.reduce((sum, fact) => sum + (fact.seen ? fact.value : 0), 0);
  return mapFact(first, (count) => count + more);
}

async function allOf<K extends string, T>(
  promises: Readonly<Record<K, Promise<T>>>,
): Promise<Record<K, T>> {
  const entries = Object.entries<Promise<T>>(promises);
  const values = await Promise.all(entries.map(async ([name, value]) => [name, await value]));
  return Object.fromEntries(values) as Record<K, T>;
}
