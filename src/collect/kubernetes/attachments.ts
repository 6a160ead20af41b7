import type { FailedAttachment } from '../../model/cluster-symptoms.ts';
import { messageOf } from '../../readers/messages/message.ts';
import { timeOf } from './reader.ts';
import type { VolumeAttachment } from './schema.ts';

/** A VolumeAttachment that failed or is not done; `undefined` for one that is well. */
export function failedAttachment({
  metadata,
  spec,
  status,
}: VolumeAttachment): FailedAttachment | undefined {
  const failure = status?.attachError ?? status?.detachError;
  const attached = status?.attached === true;
  if (attached && !failure) return undefined;
  const since = timeOf(metadata.creationTimestamp);
  const at = timeOf(failure?.time);
  const volume = spec.source.persistentVolumeName;
  const about = { kind: 'VolumeAttachment', name: metadata.name };
  const times = at === undefined ? {} : { firstUnixMs: at, lastUnixMs: at };
  const message = failure?.message;
  return {
    name: metadata.name,
    driver: spec.attacher,
    nodeName: spec.nodeName,
    ...(volume === undefined ? {} : { volume }),
    attached,
    ...(since === undefined ? {} : { sinceUnixMs: since }),
    ...(message === undefined
      ? {}
      : {
          message: messageOf(
            { where: 'status', about, nodeName: spec.nodeName, count: 1, ...times },
            message,
          ),
        }),
  };
}
