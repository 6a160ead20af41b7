import type { ClusterMessage, ObjectRef } from '../../model/cluster-message.ts';
import { type Occurrence, readOccurrence } from './age.ts';
import { messageOf } from './message.ts';

/** Names of `kubectl` columns of events → ours. */
const KIND_NAMES: Readonly<Record<string, string>> = {
  pod: 'Pod',
  po: 'Pod',
  persistentvolumeclaim: 'PersistentVolumeClaim',
  persistentvolume: 'PersistentVolume',
  daemonset: 'DaemonSet',
  deployment: 'Deployment',
  replicaset: 'ReplicaSet',
  statefulset: 'StatefulSet',
  node: 'Node',
  volumeattachment: 'VolumeAttachment',
};

interface Surroundings {
  /** What the block is about, where the table itself does not say. */
  readonly about?: ObjectRef | undefined;
  readonly nowUnixMs?: number | undefined;
}

type ReadRow = (line: string) => ClusterMessage | undefined;

/** How to read the rows below a heading line, or `undefined` when it heads no table of events. */
export function eventTable(
  heading: string,
  { about, nowUnixMs }: Surroundings,
): ReadRow | undefined {
  if (/^\s*Type\s+Reason\s+Age\s+From\s+Message\s*$/.test(heading)) {
    return (line) => describedRow(line, { about, nowUnixMs });
  }
  if (/^(?:NAMESPACE\s+)?LAST SEEN\s+TYPE\s+REASON\s+OBJECT\s+.*MESSAGE/.test(heading)) {
    return (line) => listedRow(line, { heading, about, nowUnixMs });
  }
  return undefined;
}

/** `  Warning  FailedMount  12s (x5 over 3m)  kubelet  MountVolume…` */
function describedRow(
  line: string,
  { about, nowUnixMs }: Surroundings,
): ClusterMessage | undefined {
  const [, reason = '', age = '', reporter = '', text = ''] =
    /^\s*(?:Normal|Warning)\s+(\S+)\s+(\S+(?: \(x\d+(?: over \S+)?\))?)\s+(\S+)\s+(.*)$/.exec(
      line,
    ) ?? [];
  const when = readOccurrence(age);
  if (reason === '' || !when) return undefined;
  const subject = about ?? { kind: 'Pod', name: 'unnamed' };
  return messageOf(
    { where: 'event', about: subject, reason, reporter, ...timesOf(when, nowUnixMs) },
    text,
  );
}

/** `media  12s  Warning  FailedMount  pod/jellyfin-0  MountVolume…` */
function listedRow(
  line: string,
  { heading, nowUnixMs }: Surroundings & { readonly heading: string },
): ClusterMessage | undefined {
  const hasNamespace = heading.startsWith('NAMESPACE');
  const at = heading.indexOf('MESSAGE');
  const [, namespace = '', age = '', reason = '', kind = '', name = '', rest = ''] =
    /^(?:(\S+)\s+)??(\S+)\s+(?:Normal|Warning)\s+(\S+)\s+([\w.]+)\/(\S+)\s+(.*)$/.exec(line) ?? [];
  const when = readOccurrence(age);
  if (reason === '' || !when) return undefined;
  // with -o wide more columns stand before the message, padded to its heading
  const text = /OBJECT\s+MESSAGE/.test(heading) ? rest : line.slice(at);
  const about = {
    kind: KIND_NAMES[kind.toLowerCase()] ?? kind,
    ...(hasNamespace && namespace !== '' ? { namespace } : {}),
    name,
  };
  return messageOf({ where: 'event', about, reason, ...timesOf(when, nowUnixMs) }, text);
}

function timesOf(when: Occurrence, nowUnixMs: number | undefined) {
  const { count, firstAgoMs, lastAgoMs } = when;
  if (nowUnixMs === undefined) return { count };
  return { count, firstUnixMs: nowUnixMs - firstAgoMs, lastUnixMs: nowUnixMs - lastAgoMs };
}
