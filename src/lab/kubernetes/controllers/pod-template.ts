import { createHash } from 'node:crypto';
import type { Condition, Pod, PodTemplate } from '../kinds.ts';
import type { KubeObject, OwnerReference } from '../object.ts';

/** The reference by which a controller owns what it makes. */
export function controlledBy({ apiVersion, kind, metadata }: KubeObject): OwnerReference {
  const { name, uid = '' } = metadata;
  return { apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: true };
}

/** A pod from a template, not yet named in full. */
export function podFrom(owner: KubeObject, template: PodTemplate, nodeName?: string): Pod {
  const { namespace } = owner.metadata;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: '',
      generateName: `${owner.metadata.name}-`,
      ...(namespace === undefined ? {} : { namespace }),
      ...(template.metadata?.labels ? { labels: template.metadata.labels } : {}),
      ...(template.metadata?.annotations ? { annotations: template.metadata.annotations } : {}),
      ownerReferences: [controlledBy(owner)],
    },
    spec: nodeName === undefined ? template.spec : { ...template.spec, nodeName },
  };
}

const SAFE = 'bcdfghjklmnpqrstvwxz2456789';

/** Tells templates apart in names and labels, like `pod-template-hash`. */
export function templateHash(template: PodTemplate): string {
  const digest = createHash('sha256').update(canonical(template)).digest();
  return [...digest.subarray(0, 10)].map((byte) => SAFE[byte % SAFE.length]).join('');
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

export function isReady({ status, metadata }: Pod): boolean {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  return ready?.status === 'True' && metadata.deletionTimestamp === undefined;
}

/** Neither over nor on its way out. */
export function isActive({ status, metadata }: Pod): boolean {
  const isOver = status?.phase === 'Succeeded' || status?.phase === 'Failed';
  return !isOver && metadata.deletionTimestamp === undefined;
}

/** A condition that keeps the time of its last change. */
export function condition(
  before: readonly Condition[] | undefined,
  wanted: Pick<Condition, 'type' | 'status'> & {
    readonly reason: string;
    readonly message: string;
  },
  nowText: string,
): Condition {
  const same = before?.find(({ type }) => type === wanted.type);
  const isSame = same?.status === wanted.status;
  return {
    ...wanted,
    lastUpdateTime:
      isSame && same.reason === wanted.reason ? (same.lastUpdateTime ?? nowText) : nowText,
    lastTransitionTime: isSame ? same.lastTransitionTime : nowText,
  };
}
