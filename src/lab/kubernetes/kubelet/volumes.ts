import { attachmentName } from '../controllers/attachment-name.ts';
import type { PersistentVolume, Pod, Volume } from '../kinds.ts';
import { wait } from '../timer.ts';
import type { NodeContext } from './context.ts';
import { type Mounter, mountFailure } from './mount-texts.ts';
import type { MountAsk } from './runner.ts';

/** Retries of one volume: 0.5 s doubling to 2 min 2 s. Source: util/goroutinemap/exponentialbackoff. */
const RETRY_INITIAL_MS = 500;
const RETRY_MAX_MS = 122_000;
/** How long a pod waits for its volumes before it says so and waits on. */
const SUMMARY_MS = 123_000;
/** How often the volume manager looks whether something it waits for is there. */
const POLL_MS = 300;

/**
 * Mounts every volume of a pod, however long it takes; failures become events.
 *
 * @throws The abort reason.
 */
export async function mountVolumes(
  node: NodeContext,
  pod: Pod,
  signal: AbortSignal,
): Promise<void> {
  const pending = new Set((pod.spec.volumes ?? []).map(({ name }) => name));
  if (pending.size === 0) return;
  const stopSummary = summarize(node, pod, pending);
  try {
    await Promise.all(
      (pod.spec.volumes ?? []).map(async (volume) => {
        await mountVolume({ node, pod, signal }, volume);
        pending.delete(volume.name);
      }),
    );
  } finally {
    stopSummary();
  }
}

function summarize(node: NodeContext, pod: Pod, pending: ReadonlySet<string>): () => void {
  let cancel = (): void => undefined;
  const plan = (): void => {
    cancel = node.timer.after(SUMMARY_MS, () => {
      const names = [...pending].join(' ');
      const message = `Unable to attach or mount volumes: unmounted volumes=[${names}], unattached volumes=[], failed to process volumes=[]: context deadline exceeded`;
      node.record(pod, { type: 'Warning', reason: 'FailedMount', message });
      plan();
    });
  };
  plan();
  return () => cancel();
}

interface Mounting {
  readonly node: NodeContext;
  readonly pod: Pod;
  readonly signal: AbortSignal;
}

async function mountVolume({ node, pod, signal }: Mounting, volume: Volume): Promise<void> {
  for (let retryMs = RETRY_INITIAL_MS; ; retryMs = Math.min(retryMs * 2, RETRY_MAX_MS)) {
    const problem = await tryMount({ node, pod, signal }, volume);
    signal.throwIfAborted();
    if (problem === undefined) return;
    if (problem === 'wait') {
      retryMs = RETRY_INITIAL_MS;
      await wait(node.timer, POLL_MS, signal);
      continue;
    }
    node.record(pod, { type: 'Warning', reason: 'FailedMount', message: problem });
    await wait(node.timer, retryMs / node.backOffScale, signal);
  }
}

/** The event's text; `wait` where somebody else has to act first; nothing when it is mounted. */
async function tryMount(mounting: Mounting, volume: Volume): Promise<string | undefined> {
  const { node, pod } = mounting;
  const { namespace } = pod.metadata;
  if (volume.persistentVolumeClaim) {
    const claim = node.cluster.get(
      'persistentvolumeclaims',
      `${namespace}/${volume.persistentVolumeClaim.claimName}`,
    );
    const name = claim?.status?.phase === 'Bound' ? claim.spec.volumeName : undefined;
    const persistent = name && node.cluster.get('persistentvolumes', name);
    return persistent ? mountPersistent(mounting, persistent) : 'wait';
  }
  if (volume.nfs) return mountInTree(mounting, volume.name, volume.nfs);
  return missingSource(mounting, volume);
}

function missingSource({ node, pod }: Mounting, volume: Volume): string | undefined {
  const { namespace } = pod.metadata;
  const { secret, configMap } = volume;
  const setUp = `MountVolume.SetUp failed for volume "${volume.name}" : `;
  if (
    secret &&
    !secret.optional &&
    !node.cluster.get('secrets', `${namespace}/${secret.secretName}`)
  ) {
    return `${setUp}secret "${secret.secretName}" not found`;
  }
  if (
    configMap &&
    !configMap.optional &&
    !node.cluster.get('configmaps', `${namespace}/${configMap.name}`)
  ) {
    return `${setUp}configmap "${configMap.name}" not found`;
  }
  return undefined;
}

async function mountPersistent(
  mounting: Mounting,
  volume: PersistentVolume,
): Promise<string | undefined> {
  const { node } = mounting;
  const { csi, nfs } = volume.spec;
  const { name } = volume.metadata;
  if (nfs) return mountInTree(mounting, name, nfs);
  if (!csi) return undefined;
  if (!isAttached(node, volume)) return 'wait';
  const isDemocratic = csi.volumeAttributes?.['provisioner_driver'] !== undefined;
  const step = isDemocratic ? 'MountDevice' : 'SetUp';
  const failed = `MountVolume.${step} failed for volume "${name}" : `;
  if (!isRegistered(node, csi.driver)) {
    const call = isDemocratic ? 'attacher.MountDevice' : 'mounter.SetUpAt';
    return `${failed}kubernetes.io/csi: ${call} failed to create newCsiDriverClient: driver name ${csi.driver} not found in the list of registered CSI drivers`;
  }
  const ask = askFor(mounting, csi.volumeAttributes ?? {});
  const outcome = await node.runners.mount(ask);
  if (outcome.is === 'mounted') return undefined;
  const mounter: Mounter = isDemocratic
    ? { is: 'democratic-csi' }
    : { is: 'csi-driver', targetPath: targetPath(mounting.pod, 'kubernetes.io~csi', name) };
  return failed + mountFailure(outcome.is, ask, mounter);
}

async function mountInTree(
  mounting: Mounting,
  name: string,
  nfs: { readonly server: string; readonly path: string },
): Promise<string | undefined> {
  const ask = askFor(mounting, { server: nfs.server, share: nfs.path });
  const outcome = await mounting.node.runners.mount(ask);
  if (outcome.is === 'mounted') return undefined;
  const path = targetPath(mounting.pod, 'kubernetes.io~nfs', name);
  const text = mountFailure(outcome.is, ask, { is: 'in-tree', targetPath: path });
  return `MountVolume.SetUp failed for volume "${name}" : ${text}`;
}

function targetPath({ metadata }: Pod, plugin: string, name: string): string {
  const tail = plugin.endsWith('csi') ? '/mount' : '';
  return `/var/lib/kubelet/pods/${metadata.uid}/volumes/${plugin}/${name}${tail}`;
}

function askFor(
  { node, pod, signal }: Mounting,
  attributes: Readonly<Record<string, string>>,
): MountAsk {
  const { portal, iqn = '', server = '', share = '' } = attributes;
  const common = { pod, timeoutMs: node.mountTimeoutMs, signal };
  if (portal === undefined) return { ...common, protocol: 'nfs', server, port: 2049, share };
  const [host = '', port = '3260'] = portal.split(':');
  return { ...common, protocol: 'iscsi', server: host, port: Number(port), share: iqn };
}

function isAttached(
  { cluster, nodeName }: NodeContext,
  { metadata, spec }: PersistentVolume,
): boolean {
  const { driver = '', volumeHandle = '' } = spec.csi ?? {};
  const wanted = cluster.get('csidrivers.storage.k8s.io', driver)?.spec.attachRequired ?? true;
  if (!wanted) return true;
  const name = attachmentName({ driver, volumeHandle, nodeName });
  const found = cluster.get('volumeattachments.storage.k8s.io', name);
  return (
    found?.status?.attached === true && found.spec.source.persistentVolumeName === metadata.name
  );
}

function isRegistered({ cluster, nodeName }: NodeContext, driver: string): boolean {
  const drivers = cluster.get('csinodes.storage.k8s.io', nodeName)?.spec.drivers ?? [];
  return drivers.some(({ name }) => name === driver);
}
