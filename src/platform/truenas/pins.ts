import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { OutsideError } from '../../model/outside-error.ts';
import { jsonOf } from '../json-of.ts';

/** Place (`10.0.0.210:443`) to the fingerprint of the certificate that was trusted there. */
export type Pins = Readonly<Record<string, string>>;

const PIN = /^SHA256(?::[0-9A-F]{2}){32}$/;

/**
 * The fingerprints that were trusted before; none, if the file is not there.
 *
 * @throws {OutsideError} If it is there and cannot be read or understood: going on without it
 *   would trust a changed certificate as if it were a new one.
 */
export async function readPins(path: string): Promise<Pins> {
  const doing = `read the remembered certificates in "${path}"`;
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw new OutsideError({ doing, found: reason(error), cause: error });
  }
  const value = jsonOf(text);
  const isPins =
    typeof value === 'object' &&
    value !== null &&
    Object.values(value).every((pin) => typeof pin === 'string' && PIN.test(pin));
  if (!isPins) {
    throw new OutsideError({
      doing,
      found: 'it holds something else',
      next: 'delete it; each certificate will be asked for again',
    });
  }
  return value as Pins;
}

/**
 * Remembers a fingerprint for some places. The file is written whole or not at all, and only its
 * owner may read it.
 *
 * @throws {OutsideError} If it cannot be written.
 */
export async function rememberPin(
  path: string,
  places: readonly string[],
  pin: string,
): Promise<void> {
  const known = await readPins(path);
  if (places.every((place) => known[place] === pin)) return;
  const all = { ...known, ...Object.fromEntries(places.map((place) => [place, pin])) };
  const draft = `${path}.${process.pid}.tmp`;
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await writeFile(draft, `${JSON.stringify(all, undefined, 2)}\n`, { mode: 0o600 });
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    const doing = `remember a certificate in "${path}"`;
    throw new OutsideError({ doing, found: reason(error), cause: error });
  }
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
