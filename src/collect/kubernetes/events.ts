import type { ClusterMessage, ObjectRef } from '../../model/cluster-message.ts';
import { mergeMessages, messageOf } from '../../readers/messages/message.ts';
import { timeOf } from './reader.ts';
import type { Event } from './schema.ts';

/** Messages by the object they are about. */
export class EventsByObject {
  readonly #messages = new Map<string, ClusterMessage[]>();

  add(event: Event): void {
    const message = eventMessage(event);
    const key = keyOf(message.about);
    const before = this.#messages.get(key);
    if (before) before.push(message);
    else this.#messages.set(key, [message]);
  }

  /** Equal ones as one, oldest first. */
  about(object: ObjectRef): ClusterMessage[] {
    const merged = mergeMessages(this.#messages.get(keyOf(object)) ?? []);
    return merged.toSorted((a, b) => (a.firstUnixMs ?? 0) - (b.firstUnixMs ?? 0));
  }
}

function keyOf({ kind, namespace = '', name }: ObjectRef): string {
  return `${kind}/${namespace}/${name}`;
}

const COMBINED = /^\(combined from similar events\): /;

/** An event as a message, without secrets; both ways to count are understood. */
export function eventMessage(event: Event): ClusterMessage {
  const { involvedObject, reason, source, reportingComponent, series } = event;
  const first = timeOf(event.firstTimestamp) ?? timeOf(event.eventTime);
  const last =
    timeOf(series?.lastObservedTime) ?? timeOf(event.lastTimestamp) ?? timeOf(event.eventTime);
  const reporter = source?.component || reportingComponent;
  const nodeName = source?.host || (reporter === 'kubelet' ? event.reportingInstance : undefined);
  return messageOf(
    {
      where: 'event',
      about: { ...involvedObject },
      ...(reason === undefined ? {} : { reason }),
      ...(reporter ? { reporter } : {}),
      ...(nodeName ? { nodeName } : {}),
      count: series?.count ?? event.count ?? 1,
      ...(first === undefined ? {} : { firstUnixMs: first }),
      ...(last === undefined ? {} : { lastUnixMs: last }),
    },
    (event.message ?? '').replace(COMBINED, ''),
  );
}
