import { readPaste } from '../../readers/paste.ts';

/** What code that ran by a pasted line has answered. */
export type Pasted =
  | {
      readonly is: 'whole';
      readonly tag: string;
      /** Standard output and standard error, as they came. */
      readonly output: string;
      readonly exitCode: number;
    }
  | { readonly is: 'broken'; readonly why: string; readonly next: string };

/** Some hundred times what a NAS has to say; a gzip bomb is longer. */
const LONGEST_OUTPUT_BYTES = 64 * 1024 * 1024;

/**
 * Reads back what a line of `pasteLine` printed, out of whatever a person copied. Never rejects.
 *
 * @param tag Of the question; without it the last one that the text answers.
 */
export async function readPasted(text: string, tag?: string): Promise<Pasted> {
  const reading = readPaste(text, tag);
  if (reading.is === 'broken') return reading;
  const whole = await unpacked(reading.payload);
  const end = whole?.lastIndexOf('\n') ?? -1;
  const exitCode = Number.parseInt(whole?.slice(end + 1) ?? '', 10);
  if (whole === undefined || Number.isNaN(exitCode)) {
    return {
      is: 'broken',
      why: 'its lines are all there, but what they hold is no whole answer',
      next: 'run the line once more: it may have been stopped in the NAS',
    };
  }
  return { is: 'whole', tag: reading.tag, output: whole.slice(0, end), exitCode };
}

async function unpacked(payload: string): Promise<string | undefined> {
  try {
    const bytes = Uint8Array.from(atob(payload), (letter) => letter.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
    const pieces: Uint8Array[] = [];
    let size = 0;
    for await (const piece of stream as AsyncIterable<Uint8Array>) {
      size += piece.length;
      if (size > LONGEST_OUTPUT_BYTES) return undefined;
      pieces.push(piece);
    }
    return new TextDecoder().decode(joined(pieces, size));
  } catch (error) {
    // not base64, not gzip, or cut off: gzip has a checksum of its own
    if (error instanceof Error) return undefined;
    throw error;
  }
}

function joined(pieces: readonly Uint8Array[], size: number): Uint8Array {
  const all = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}
