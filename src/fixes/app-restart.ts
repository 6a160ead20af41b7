import type { HostFacts } from '../model/host.ts';
import { isTailnetAddress } from '../model/tailnet-address.ts';
import type { TailscaleApp } from '../model/truenas.ts';
import type { FixCase } from './fix.ts';

const DAY_MS = 86_400_000;

/** Time to renew a key in peace; the admin console warns no earlier either. */
const SOON_DAYS = 7;

/** What a new container of a Tailscale app can do to its node. */
export interface AppRestart {
  /** Why it must not be, if so. */
  readonly refusal?: string;
  readonly costs: readonly string[];
  readonly warnings: readonly string[];
}

/**
 * A node that has kept its state and whose key is good comes back by itself; every other has to
 * log in anew, if it can.
 * Source: tailscale cmd/containerboot, main(): `tailscale up` where the backend says NeedsLogin.
 */
export function appRestart(c: FixCase, app: TailscaleApp): AppRestart {
  const key = nodeKey(c.host, app);
  const refusal = refusalOf(app);
  return {
    costs: [...wayIn(c), ...key.costs],
    warnings: [...logIn(app), ...key.warnings],
    ...(refusal === undefined ? {} : { refusal }),
  };
}

function refusalOf({ name, keepsState, hasAuthKey }: TailscaleApp): string | undefined {
  if (keepsState || hasAuthKey) return undefined;
  return `"${name}" keeps no state and has no auth key: its restart would log the node out, and nothing would log it in again`;
}

/** Whoever comes through the node that restarts is cut off, and by that alone cannot see why. */
function wayIn({ host: { reachedAt: place = '' } }: FixCase): string[] {
  if (!isTailnetAddress(place)) return [];
  return [
    `your own way in is the node that restarts (${place}): have a second one first, an address of the LAN or the console`,
  ];
}

function logIn({ name, authOnce, keepsState, hasAuthKey, reset }: TailscaleApp): string[] {
  return [
    ...(keepsState || !hasAuthKey
      ? []
      : [
          `"${name}" keeps no state: its restart is a new log-in, which fails if its auth key has expired`,
        ]),
    ...(authOnce
      ? []
      : [
          `"${name}" logs in at every start (auth_once is off): an expired auth key keeps it out. Check the key's expiry in the admin console first`,
        ]),
    ...(reset
      ? [`"${name}" has reset on: a new log-in sets every other preference to its default`]
      : []),
  ];
}

/** How long the node stays logged in, as tailscaled says. */
function nodeKey(
  { name, tailscale: { status } }: HostFacts,
  { hasAuthKey }: TailscaleApp,
): Pick<AppRestart, 'costs' | 'warnings'> {
  if (!status.seen) {
    return {
      costs: [],
      warnings: [`whether the node key of ${name} has expired is not known: ${status.why}`],
    };
  }
  const { keyExpiresUnixMs } = status.value;
  if (keyExpiresUnixMs === undefined) return { costs: [], warnings: [] };
  const leftMs = keyExpiresUnixMs - status.readAtUnixMs;
  const day = new Date(keyExpiresUnixMs).toISOString().slice(0, 10);
  const by = hasAuthKey ? 'the auth key of the app' : 'a person: the app has no auth key';
  if (leftMs <= 0) {
    return {
      costs: [`a new log-in: the node key of ${name} expired on ${day}`],
      warnings: [`the restart logs ${name} in anew, by ${by}, and sets what the app says`],
    };
  }
  if (leftMs > SOON_DAYS * DAY_MS) return { costs: [], warnings: [] };
  const inDays = Math.ceil(leftMs / DAY_MS);
  return {
    costs: [],
    warnings: [
      `the node key of ${name} expires on ${day}, in ${inDays} ${inDays === 1 ? 'day' : 'days'}: from then on a restart is a new log-in, by ${by}. Renew it in the admin console first`,
    ],
  };
}
