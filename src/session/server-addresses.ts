import { isTailnetAddress } from '../model/tailnet-address.ts';
import { type DiagnoseRequest, isBareAddress } from './request.ts';

/** The addresses that the user named; if there are any, no others are asked. */
export function givenAddresses({ addresses, to }: DiagnoseRequest): string[] {
  if (addresses.length > 0) return [...addresses];
  return to !== undefined && isBareAddress(to) ? [to] : [];
}

/** What can be asked before anything was looked at. */
export function startingAddresses(request: DiagnoseRequest): string[] {
  const given = givenAddresses(request);
  if (given.length > 0 || request.to === undefined) return given;
  // the cluster knows best which address its clients use
  return request.cluster ? [] : addressesIn(request.to);
}

/** LAN addresses that stand in the URL of a vantage: `ssh://admin@10.0.0.210,100.68.1.2`. */
function addressesIn(url: string): string[] {
  const [, places = ''] = /^[a-z]+:\/\/(?:[^@/]*@)?([^/?]*)/.exec(url) ?? [];
  return places
    .split(',')
    .map((place) => place.replace(/^\[(.*)\](:\d+)?$/, '$1').replace(/^([\d.]+):\d+$/, '$1'))
    .filter((place) => isBareAddress(place) && isLanAddress(place));
}

/**
 * Not one that only exists inside a tailnet: that is a way to look at a host, not the way its clients
 * use.
 */
export function isLanAddress(address: string): boolean {
  return !isTailnetAddress(address);
}
