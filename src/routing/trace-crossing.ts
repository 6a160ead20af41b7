import { familyOf, prefixContains, prefixLength } from '../model/prefix.ts';
import type { WorldHost } from './world.ts';

/** What becomes of a packet that a host hands to a tunnel device. */
export type Crossing =
  | {
      readonly is: 'handed';
      readonly peer: string;
      readonly notes: readonly string[];
      readonly far: FarEnd;
    }
  /** The peer's cryptokey routing does not accept the source from this sender. */
  | { readonly is: 'refused'; readonly peer: string; readonly because: string }
  | { readonly is: 'nobody'; readonly because: string }
  | { readonly is: 'unclear'; readonly because: string; readonly missing: string };

/** Where a tunnel ends. */
export type FarEnd =
  | { readonly is: 'host'; readonly host: WorldHost; readonly device: string }
  /** A member with a network of its own inside a host we looked at. */
  | { readonly is: 'pod'; readonly host: WorldHost; readonly addresses: readonly string[] }
  | { readonly is: 'unseen'; readonly addresses: readonly string[] };

/** A packet at the mouth of a tunnel. */
export interface Crosser {
  readonly device: string;
  readonly source: string | undefined;
  readonly destination: string;
}

/** The member whose AllowedIPs hold an address longest, of those prefixes that count. */
export function longestHolder<T extends { readonly allowedIps: readonly string[] }>(
  members: readonly T[],
  address: string,
  counts: (prefix: string, member: T) => boolean,
): T | undefined {
  let best: { member: T; length: number } | undefined;
  for (const member of members) {
    for (const prefix of member.allowedIps) {
      if (!holds(prefix, address) || !counts(prefix, member)) continue;
      const length = prefixLength(prefix);
      // the same prefix on two peers belongs to the one configured last
      if (!best || length >= best.length) best = { member, length };
    }
  }
  return best?.member;
}

/** What tailscaled tells comes from outside: a prefix that is none holds nothing. */
export function holds(prefix: string, address: string): boolean {
  try {
    return familyOf(prefix) === familyOf(address) && prefixContains(prefix, address);
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}
