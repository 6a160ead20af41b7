import type { Family } from '../model/network.ts';
import { canonicalAddress, canonicalPrefix } from '../model/prefix.ts';

/** One object as `ip -j` prints it; a key with `null` is a flag that is set. */
export type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The text of a field; numbers become decimal text. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' ? String(value) : undefined;
}

/** The whole number of a field that may be a number, decimal text or `0x` text. */
export function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value : undefined;
  if (typeof value !== 'string' || !/^(?:-?\d+|0x[0-9a-fA-F]+)$/.test(value)) return undefined;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : undefined;
}

const NONE: readonly string[] = [];

/** The texts of a list, without whatever else is in it. */
export function textsOf(value: unknown): readonly string[] {
  if (value === undefined || (Array.isArray(value) && value.length === 0)) return NONE;
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

/** Canonical prefix, or `undefined` if the text is none of that family. */
export function prefixOf(text: string, family: Family): string | undefined {
  try {
    return canonicalPrefix(text, family);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Canonical address without its zone, or `undefined` if the text is none. */
export function addressOf(text: string): string | undefined {
  const zone = text.indexOf('%');
  try {
    return canonicalAddress(zone < 0 ? text : text.slice(0, zone));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
