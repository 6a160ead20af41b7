import type { World, WorldHost } from '../routing/world.ts';

/**
 * The host that a person names by its id, its name or one of its addresses.
 *
 * @throws {SyntaxError} If no host of the snapshot is called so, or several are.
 */
export function namedHost(world: World, name: string): WorldHost {
  const byId = world.hosts[name];
  if (byId) return byId;
  const hosts = Object.values(world.hosts);
  const named = hosts.filter((host) => host.name === name);
  const owners = named.length > 0 ? named : world.ownersOf(name).map(({ host }) => host);
  const [only, ...others] = new Set(owners);
  if (only && others.length === 0) return only;
  const known = hosts.map(({ id }) => id).join(', ') || 'none';
  throw new SyntaxError(
    only
      ? `Cannot tell which host is "${name}": there are ${others.length + 1}`
      : `Cannot find the host "${name}": the snapshot has ${known}`,
  );
}
