import { bitsOf, readIpv4, writeIpv4 } from '../model/address.ts';
import { type Address, type NetworkState, type Route, TABLE } from '../model/network.ts';
import { canonicalPrefix, familyOf, ipv4Mask, prefixContains } from '../model/prefix.ts';

/**
 * The state after `ip address add`: the address, the route to its subnet and its local routes.
 *
 * @throws {RangeError} If the host has the address already.
 * Source: Linux net/ipv4/fib_frontend.c, fib_add_ifaddr(); net/ipv6/addrconf.c, addrconf_add_linklocal()
 *   and addrconf_prefix_route().
 */
export function addAddress(state: NetworkState, address: Address): NetworkState {
  const { dev, local, prefixLength } = address;
  const twin = state.addresses.find((own) => own.dev === dev && own.local === local);
  if (twin && twin.prefixLength === prefixLength) {
    throw new RangeError(`Cannot add ${local} to ${dev}: it is there already`);
  }
  return familyOf(local) === 'ipv4' ? addAddress4(state, address) : addAddress6(state, address);
}

function addAddress4(state: NetworkState, address: Address): NetworkState {
  const { dev, local, peer, prefixLength } = address;
  const subnet = canonicalPrefix(`${peer ?? local}/${prefixLength}`, 'ipv4');
  const first = state.addresses.find(
    (own) =>
      own.dev === dev &&
      own.prefixLength === prefixLength &&
      familyOf(own.local) === 'ipv4' &&
      !own.flags.includes('secondary') &&
      prefixContains(subnet, own.peer ?? own.local),
  );
  const added = first ? { ...address, flags: [...address.flags, 'secondary'] } : address;
  const source = first?.local ?? local;
  const make = (part: Partial<Route>) => connected(dev, { prefSource: source, ...part });
  const host = make({ table: TABLE.local, type: 'local', scope: 'host', prefix: `${local}/32` });
  const isUp = state.links.find(({ name }) => name === dev)?.flags.includes('UP') ?? true;
  const around = first || !isUp ? [] : subnetRoutes(state, { address, subnet, make });
  return {
    ...state,
    addresses: [...state.addresses, added],
    routes: { ...state.routes, ipv4: [...state.routes.ipv4, ...around, host] },
  };
}

/** The route to the subnet and its broadcast address; a lone host has neither. */
function subnetRoutes(
  state: NetworkState,
  {
    address,
    subnet,
    make,
  }: { address: Address; subnet: string; make: (part: Partial<Route>) => Route },
): readonly Route[] {
  const { dev, local, peer, prefixLength } = address;
  if (prefixLength === 32 && (peer === undefined || peer === local)) return [];
  const isLoopback = state.links.find(({ name }) => name === dev)?.flags.includes('LOOPBACK');
  const network = isLoopback
    ? make({ table: TABLE.local, type: 'local', scope: 'host', prefix: subnet })
    : make({ prefix: subnet });
  if (prefixLength > 30) return [network];
  const [base = ''] = subnet.split('/');
  const last = writeIpv4((readIpv4(base) | ~ipv4Mask(prefixLength)) >>> 0);
  const everybody = make({ table: TABLE.local, type: 'broadcast', prefix: `${last}/32` });
  return [network, everybody];
}

function addAddress6(state: NetworkState, address: Address): NetworkState {
  const { dev, local, peer, prefixLength } = address;
  const make = (part: Partial<Route>) => ({
    ...connected(dev, { scope: 'global', pref: 'medium', ...part }),
  });
  const subnet = canonicalPrefix(`${peer ?? local}/${prefixLength}`, 'ipv6');
  const bits = bitsOf('ipv6');
  const routes = [
    make({ prefix: subnet, metric: 256 }),
    make({ table: TABLE.local, type: 'local', prefix: `${local}/${bits}` }),
  ];
  return {
    ...state,
    addresses: withNewest(state.addresses, address),
    routes: { ...state.routes, ipv6: [...state.routes.ipv6, ...routes] },
  };
}

/**
 * IPv6 puts the newest address of a device first, behind those that reach further.
 * Source: Linux net/ipv6/addrconf.c, ipv6_link_dev_addr().
 */
function withNewest(addresses: readonly Address[], address: Address): readonly Address[] {
  const order = ({ scope }: Address) => ['host', 'link', 'site', 'global'].indexOf(scope);
  const at = addresses.findIndex(
    (own) => own.dev === address.dev && own.local.includes(':') && order(own) <= order(address),
  );
  return at < 0 ? [...addresses, address] : addresses.toSpliced(at, 0, address);
}

function connected(dev: string, part: Partial<Route>): Route {
  return {
    table: TABLE.main,
    type: 'unicast',
    prefix: '',
    tos: 0,
    metric: 0,
    protocol: 'kernel',
    scope: 'link',
    flags: [],
    nexthops: [{ dev, weight: 1, flags: [] }],
    ...part,
  };
}
