import type { ClusterMessage } from '../../model/cluster-message.ts';
import { recognise } from './recognise.ts';
import { redact } from './redact.ts';

const SHOWN_CHARACTERS = 1000;
/** Of a text that is longer, the rest is not even looked at. */
const READ_CHARACTERS = 64_000;

/** What is known of a message beside its text. */
export type MessageFrame = Omit<ClusterMessage, 'text' | 'signatures'>;

/** A message of the cluster: without secrets, on one line, with the shapes it shows. */
export function messageOf(frame: MessageFrame, text: string): ClusterMessage {
  return { ...frame, text: shownText(text), signatures: [...recognise(text)] };
}

/** Without secrets, control characters and line ends, and not too long. */
export function shownText(text: string): string {
  const line = redact(text.slice(0, READ_CHARACTERS))
    .replace(/\p{Cc}+/gu, ' ')
    .trim();
  return line.length > SHOWN_CHARACTERS ? `${line.slice(0, SHOWN_CHARACTERS - 1)}…` : line;
}

/** Equal messages as one, with their counts added and the longest span of time. */
export function mergeMessages(messages: readonly ClusterMessage[]): ClusterMessage[] {
  const merged = new Map<string, ClusterMessage>();
  for (const message of messages) {
    const key = keyOf(message);
    const before = merged.get(key);
    merged.set(key, before ? together(before, message) : message);
  }
  return [...merged.values()];
}

function keyOf({ where, about, container, reason, nodeName, text }: ClusterMessage): string {
  const { kind, namespace, name } = about;
  return [where, kind, namespace, name, container, reason, nodeName, alike(text)].join('\0');
}

/** What differs between two tellings of the same thing: ids of requests, times, durations. */
function alike(text: string): string {
  return text
    .replace(/\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b/gi, '#')
    .replace(/\b\d{4}-\d\d-\d\d[T ][\d:.]+Z?\b/g, '#')
    .replace(/\d+/g, (digits, at: number) => (isOfAddress(text, at) ? digits : '#'));
}

function isOfAddress(text: string, at: number): boolean {
  const near = text.slice(Math.max(0, at - 16), at + 16);
  return /\d+\.\d+\.\d+\.\d+|code/i.test(near);
}

function together(a: ClusterMessage, b: ClusterMessage): ClusterMessage {
  const first = earlier(a.firstUnixMs, b.firstUnixMs);
  const last = later(a.lastUnixMs, b.lastUnixMs);
  return {
    ...a,
    count: a.count + b.count,
    ...(first === undefined ? {} : { firstUnixMs: first }),
    ...(last === undefined ? {} : { lastUnixMs: last }),
  };
}

function earlier(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.min(a, b);
}

function later(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.max(a, b);
}
