import type { Family, Sysctls } from '../model/network.ts';

/** What per-device settings mean together; the kernel combines `all` and the device differently. */
type Combine = 'device' | 'either' | 'both' | 'max';

/**
 * How `conf.all.KEY` and `conf.DEV.KEY` of IPv4 combine.
 * Source: Linux include/linux/inetdevice.h, the IN_DEV_* macros.
 */
const COMBINE: Readonly<Record<string, Combine>> = {
  forwarding: 'device',
  rp_filter: 'max',
  src_valid_mark: 'either',
  accept_local: 'either',
  route_localnet: 'either',
  send_redirects: 'either',
  bc_forwarding: 'both',
  ignore_routes_with_linkdown: 'device',
};

/** A setting as a number, or `undefined` when it was not read or is none. */
export function sysctl(sysctls: Sysctls, name: string): number | undefined {
  const text = sysctls[name];
  if (text === undefined) return undefined;
  const value = Number.parseInt(text, 10);
  return Number.isNaN(value) ? undefined : value;
}

/** The effective IPv4 setting of a device, or `undefined` when it does not follow from what was read. */
export function ipv4Setting(sysctls: Sysctls, device: string, key: string): number | undefined {
  const own = sysctl(sysctls, `net.ipv4.conf.${device}.${key}`);
  const all = sysctl(sysctls, `net.ipv4.conf.all.${key}`);
  switch (COMBINE[key] ?? 'device') {
    case 'device':
      return own;
    case 'max':
      return own === undefined || all === undefined ? undefined : Math.max(own, all);
    case 'either':
      return own || all || (own === undefined || all === undefined ? undefined : 0);
    case 'both':
      if (own === 0 || all === 0) return 0;
      return own === undefined || all === undefined ? undefined : 1;
  }
}

/** A setting that counts for one device alone. */
export function deviceSetting(
  sysctls: Sysctls,
  { family, device, key }: { family: Family; device: string; key: string },
): number | undefined {
  return sysctl(sysctls, `net.${family}.conf.${device}.${key}`);
}
