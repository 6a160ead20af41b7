import { OutsideError } from '../model/outside-error.ts';
import type { Truenas } from '../ports/truenas.ts';
import type { HandContext } from './hand.ts';

/** The API of the NAS that a step is about. @throws {OutsideError} If it cannot be used. */
export async function apiOf({ reach, vantage: url, signal }: HandContext): Promise<Truenas> {
  const { truenas } = await reach.vantage(url, signal);
  if (truenas) return truenas;
  throw new OutsideError({
    doing: `use the API of TrueNAS by ${url}`,
    found: 'this way of looking has none',
    next: 'act by truenas://HOST',
  });
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
