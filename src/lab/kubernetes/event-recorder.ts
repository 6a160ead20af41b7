import { timeText } from './api/api.ts';
import { ApiError } from './api/errors.ts';
import type { Cluster } from './cluster.ts';
import type { Event, ObjectReference } from './kinds.ts';
import type { KubeObject } from './object.ts';

interface EventText {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
  /** `spec.containers{csi-driver}` */
  readonly fieldPath?: string;
}

/** Writes events about objects; the same text again raises the count of the one there is. */
export type Recorder = (about: KubeObject, text: EventText) => void;

/** An hour, like the real server's. */
const TTL_MS = 3_600_000;

/**
 * @param source Who reports: `{ component: 'kubelet', host: 'talos-1' }`.
 *
 * Source: client-go tools/record, EventCorrelator: equal source, object, reason and message count
 * as one event.
 */
export function createRecorder(cluster: Cluster, source: Event['source']): Recorder {
  const known = new Map<string, string>();
  return (about, text) => {
    const now = cluster.api.around.now();
    const nowText = timeText(now);
    const namespace = about.metadata.namespace ?? 'default';
    const identity = JSON.stringify([about.metadata.uid, text]);
    const name = known.get(identity);
    const before = name && cluster.get('events', `${namespace}/${name}`);
    if (before) {
      cluster.update('events', `${namespace}/${name}`, (event) => ({
        ...event,
        count: event.count + 1,
        lastTimestamp: nowText,
      }));
      return;
    }
    const event = newEvent(about, text, { source, nowText, suffix: cluster.api.around.suffix(16) });
    known.set(identity, event.metadata.name);
    write(cluster, event);
    forgetOld(cluster, now);
  };
}

function newEvent(
  about: KubeObject,
  { fieldPath, ...text }: EventText,
  by: { readonly source: Event['source']; readonly nowText: string; readonly suffix: string },
): Event {
  const { name, namespace, uid, resourceVersion } = about.metadata;
  const involvedObject: ObjectReference = {
    kind: about.kind,
    ...(namespace === undefined ? {} : { namespace }),
    name,
    ...(uid === undefined ? {} : { uid }),
    apiVersion: about.apiVersion,
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
    ...(fieldPath === undefined ? {} : { fieldPath }),
  };
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `${name}.${by.suffix}`, namespace: namespace ?? 'default' },
    involvedObject,
    ...text,
    source: by.source,
    reportingComponent: by.source.component,
    reportingInstance: by.source.host ?? '',
    firstTimestamp: by.nowText,
    lastTimestamp: by.nowText,
    count: 1,
  };
}

function write(cluster: Cluster, event: Event): void {
  try {
    cluster.create('events', event);
  } catch (error) {
    // a namespace on its way out takes no events
    if (!(error instanceof ApiError) || ![403, 404].includes(error.code)) throw error;
  }
}

function forgetOld(cluster: Cluster, now: number): void {
  for (const { lastTimestamp, metadata } of cluster.list('events')) {
    if (Date.parse(lastTimestamp) < now - TTL_MS) {
      cluster.remove('events', `${metadata.namespace}/${metadata.name}`);
    }
  }
}
