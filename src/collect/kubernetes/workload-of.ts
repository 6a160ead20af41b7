import type { ObjectRef } from '../../model/cluster-message.ts';
import type { Meta } from './schema.ts';

const TEMPLATE_HASH = 'pod-template-hash';

/**
 * What a person restarts when a pod is to be made anew: the Deployment rather than its ReplicaSet,
 * whose name is the Deployment's and the hash of the template.
 */
export function workloadOf({ ownerReferences, labels, namespace }: Meta): ObjectRef | undefined {
  const owners = ownerReferences ?? [];
  const owner = owners.find(({ controller }) => controller === true) ?? owners[0];
  if (!owner) return undefined;
  const at = namespace === undefined ? {} : { namespace };
  const hash = labels?.[TEMPLATE_HASH];
  if (owner.kind === 'ReplicaSet' && hash !== undefined && owner.name.endsWith(`-${hash}`)) {
    return { kind: 'Deployment', ...at, name: owner.name.slice(0, -hash.length - 1) };
  }
  return { kind: owner.kind, ...at, name: owner.name };
}
