import type { TailscaleFacts } from '../model/tailscale.ts';
import { applyChange, type Change } from './whatif-change.ts';
import { type HostParts, type World, worldFrom } from './world.ts';

/**
 * A host after changes, one after another.
 *
 * @throws {RangeError} If its kernel would refuse one of them.
 */
export function changeHost(host: HostParts, changes: readonly Change[]): HostParts {
  let { state, tailscale } = host;
  for (const change of changes) {
    state = applyChange(state, change, tailscale);
    if (change.kind === 'stop-accepting-routes') tailscale = notAccepting(tailscale);
  }
  const { id, name, missing, doubts, podTailnets, wireguard, masquerades } = host;
  return { id, name, state, missing, doubts, tailscale, podTailnets, wireguard, masquerades };
}

function notAccepting(facts: TailscaleFacts | undefined): TailscaleFacts | undefined {
  if (!facts?.prefs.seen) return facts;
  const value = { ...facts.prefs.value, acceptsRoutes: false };
  return { ...facts, prefs: { ...facts.prefs, value } };
}

/** The same world with one host in the place of the one of that id. */
export function worldWith(world: World, host: HostParts): World {
  const others = Object.values(world.hosts).filter(({ id }) => id !== host.id);
  return worldFrom([...others, host], world.unseen);
}
