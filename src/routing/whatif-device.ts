import type { NetworkState, Route } from '../model/network.ts';

/**
 * The state after `ip link set DEVICE down`.
 *
 * IPv4 keeps the addresses and their local routes, drops every other route by the device, and marks
 * it dead in multipath routes that have another way. IPv6 drops addresses and routes alike.
 * Source: Linux net/ipv4/fib_semantics.c, fib_sync_down_dev(); net/ipv6/addrconf.c, addrconf_ifdown().
 *
 * @throws {RangeError} If there is no such device.
 */
export function downDevice(state: NetworkState, device: string): NetworkState {
  if (!state.links.some(({ name }) => name === device)) {
    throw new RangeError(`Cannot take ${device} down: there is no such device`);
  }
  return {
    ...state,
    links: state.links.map((link) =>
      link.name === device
        ? {
            ...link,
            flags: link.flags.filter((flag) => flag !== 'UP' && flag !== 'LOWER_UP'),
            operState: 'DOWN',
          }
        : link,
    ),
    addresses: state.addresses.filter(({ dev, local }) => dev !== device || !local.includes(':')),
    routes: {
      ipv4: state.routes.ipv4.flatMap((route) => withoutDevice4(route, device)),
      ipv6: state.routes.ipv6.flatMap((route) => withoutDevice6(route, device)),
    },
    neighbours: state.neighbours.filter(({ dev }) => dev !== device),
  };
}

function withoutDevice4(route: Route, device: string): readonly Route[] {
  if (route.type === 'local' || !route.nexthops.some(({ dev }) => dev === device)) return [route];
  const nexthops = route.nexthops.map((hop) =>
    hop.dev === device ? { ...hop, flags: withFlags(hop.flags) } : hop,
  );
  if (nexthops.every(({ flags }) => flags.includes('dead'))) return [];
  if (route.nexthopId === undefined) return [{ ...route, nexthops }];
  // nexthop objects on the device are deleted, and groups shrink
  return [{ ...route, nexthops: nexthops.filter(({ dev }) => dev !== device) }];
}

function withFlags(flags: readonly string[]): string[] {
  return [...new Set([...flags, 'dead', 'linkdown'])];
}

function withoutDevice6(route: Route, device: string): readonly Route[] {
  const left = route.nexthops.filter(({ dev }) => dev !== device);
  if (left.length === route.nexthops.length) return [route];
  return left.length === 0 ? [] : [{ ...route, nexthops: left }];
}
