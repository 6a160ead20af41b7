import { KUBELET_SHAPES } from './kubelet.ts';
import { MOUNT_SHAPES } from './mount.ts';
import type { MessageShape } from './shape.ts';
import { SIDECAR_SHAPES } from './sidecar.ts';
import { STORAGE_API_SHAPES } from './storage-api.ts';
import { TRANSPORT_SHAPES } from './transport.ts';

/** Every shape of message that is known, most telling first. */
export const MESSAGE_SHAPES: readonly MessageShape[] = [
  ...STORAGE_API_SHAPES.filter(({ id }) => id !== 'truenas-api-unavailable'),
  ...MOUNT_SHAPES.filter(({ category }) => category !== 'follows'),
  ...TRANSPORT_SHAPES,
  ...SIDECAR_SHAPES.filter(({ category }) => !isWrapper(category)),
  ...KUBELET_SHAPES.filter(({ category }) => !isWrapper(category)),
  // what only says that something else failed, or wraps it
  ...STORAGE_API_SHAPES.filter(({ id }) => id === 'truenas-api-unavailable'),
  ...SIDECAR_SHAPES.filter(({ category }) => isWrapper(category)),
  ...MOUNT_SHAPES.filter(({ category }) => category === 'follows'),
  ...KUBELET_SHAPES.filter(({ category }) => isWrapper(category)),
];

function isWrapper(category: MessageShape['category']): boolean {
  return ['follows', 'driver-not-ready', 'crash-loop', 'not-provisioned', 'progress'].includes(
    category,
  );
}
