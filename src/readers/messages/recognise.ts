import type { ClusterMessage, SeenSignature, Signature } from '../../model/cluster-message.ts';
import { MESSAGE_SHAPES } from './catalogue.ts';
import type { MessageShape } from './shape.ts';

/** Texts past this length are cut before they are searched. */
const SEARCHED_CHARACTERS = 20_000;
const SHOWN_OBJECTS = 10;

/** The known shapes in a text, most telling first. */
export function recognise(text: string): readonly Signature[] {
  // JSON within strings of JSON has a backslash before each quote
  const plain = text.slice(0, SEARCHED_CHARACTERS).replace(/\\{1,31}(["'])/g, '$1');
  return MESSAGE_SHAPES.filter(({ pattern }) => pattern.test(plain)).map(({ id, category }) => ({
    id,
    category,
  }));
}

/** Every shape that the messages show, most telling first, with what it lets one conclude. */
export function signaturesOf(messages: readonly ClusterMessage[]): SeenSignature[] {
  const showing = new Map<string, ClusterMessage[]>();
  for (const message of messages) {
    for (const { id } of message.signatures) {
      const among = showing.get(id);
      if (among) among.push(message);
      else showing.set(id, [message]);
    }
  }
  return MESSAGE_SHAPES.flatMap((shape) => {
    const [first, ...more] = showing.get(shape.id) ?? [];
    return first ? [seenOf(shape, first, more)] : [];
  });
}

function seenOf(
  { id, category, meaning, proves, provesNot }: MessageShape,
  first: ClusterMessage,
  more: readonly ClusterMessage[],
): SeenSignature {
  const all = [first, ...more];
  const firsts = all.flatMap(({ firstUnixMs }) => firstUnixMs ?? []);
  const lasts = all.flatMap(({ lastUnixMs }) => lastUnixMs ?? []);
  const objects = new Map(
    all.map(({ about }) => [`${about.kind}/${about.namespace}/${about.name}`, about]),
  );
  return {
    id,
    category,
    meaning,
    proves,
    provesNot,
    count: all.reduce((sum, { count }) => sum + count, 0),
    ...(firsts.length > 0 ? { firstUnixMs: least(firsts) } : {}),
    ...(lasts.length > 0 ? { lastUnixMs: most(lasts) } : {}),
    objects: [...objects.values()].slice(0, SHOWN_OBJECTS),
    example: first.text,
  };
}

/** Lists can be longer than what a call takes as arguments. */
function least(values: readonly number[]): number {
  return values.reduce((a, b) => (a < b ? a : b));
}

function most(values: readonly number[]): number {
  return values.reduce((a, b) => (a > b ? a : b));
}
