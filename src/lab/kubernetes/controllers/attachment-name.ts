import { createHash } from 'node:crypto';

/**
 * The name of the VolumeAttachment for a volume on a node.
 *
 * Source: kubernetes pkg/volume/csi/csi_attacher.go, getAttachmentName.
 */
export function attachmentName({
  driver,
  volumeHandle,
  nodeName,
}: {
  readonly driver: string;
  readonly volumeHandle: string;
  readonly nodeName: string;
}): string {
  const digest = createHash('sha256').update(`${volumeHandle}${driver}${nodeName}`).digest('hex');
  return `csi-${digest}`;
}
