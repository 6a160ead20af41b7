import { badRequest, expired } from '../api/errors.ts';
import type { Listing, Stored } from '../store/store.ts';

/** A list as it was when its first page was read, so that later pages fit to it. */
export interface Pages {
  /** Remembers a listing and gives the token that continues behind `key`. */
  tokenAfter(listing: Listing, key: string): string;
  /**
   * The listing a token was made from, and where it left off.
   *
   * @throws {ApiError} 400 for a token that is none, 410 for one that is too old.
   */
  continueFrom(token: string): { readonly listing: Listing; readonly from: number };
}

/** How long a token holds, like etcd's compaction interval of the real server. */
const KEPT_MS = 5 * 60_000;
const KEPT_LISTINGS = 64;
const TOO_OLD =
  'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter.';

/** @param now Milliseconds since the epoch. */
export function createPages(now: () => number): Pages {
  const kept = new Map<number, { readonly items: readonly Stored[]; readonly untilMs: number }[]>();

  const remember = ({ version, items }: Listing): void => {
    const same = (kept.get(version) ?? []).filter((entry) => entry.items !== items);
    kept.set(version, [...same, { items, untilMs: now() + KEPT_MS }]);
    const oldest = kept.keys().next().value;
    if (kept.size > KEPT_LISTINGS && oldest !== undefined) kept.delete(oldest);
  };

  return {
    tokenAfter(listing, key) {
      remember(listing);
      const resource = listing.items[0]?.resource;
      const token = { v: 'meta.k8s.io/v1', rv: listing.version, start: key, resource };
      return Buffer.from(JSON.stringify(token)).toString('base64url');
    },
    continueFrom(token) {
      const { rv, start, resource } = readToken(token);
      const found = kept.get(rv)?.find(({ items }) => items[0]?.resource === resource);
      if (!found || found.untilMs < now()) throw expired(TOO_OLD);
      const listing = { version: rv, items: found.items };
      return { listing, from: firstAfter(found.items, start) };
    },
  };
}

function readToken(token: string): { rv: number; start: string; resource: string } {
  try {
    const read = JSON.parse(Buffer.from(token, 'base64url').toString()) as Record<string, unknown>;
    return {
      rv: Number(read['rv']),
      start: String(read['start']),
      resource: String(read['resource']),
    };
  } catch (error) {
    throw badRequest(`continue key is not valid: ${(error as Error).message}`);
  }
}

/** Index of the first item whose key comes behind `start`. */
function firstAfter(items: readonly Stored[], start: string): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((items[middle]?.key ?? '') > start) high = middle;
    else low = middle + 1;
  }
  return low;
}
