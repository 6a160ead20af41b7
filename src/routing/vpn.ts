import type { Link } from '../model/network.ts';

// Names that VPN programs give their devices: Tailscale, WireGuard (wg-quick), ZeroTier, NetBird,
// Nebula, macOS utun. Devices of container networks (`cilium_wg0`, `flannel-wg`, `kubespan`) are
// left out on purpose: they are part of the cluster, not a way around it.
const VPN_NAME = /^(tailscale|wg|zt|wt|nebula|utun)[a-z0-9-]*$/;

/**
 * Whether a device leads into a VPN, judged by its kind where the kernel told it and by its name
 * otherwise. A `tun` device of type `ether` is a tap, which virtual machines use.
 */
export function isVpnDevice(name: string, link?: Link): boolean {
  if (VPN_NAME.test(name)) return true;
  if (link?.kind === 'wireguard') return !/cilium|flannel|kubespan/.test(name);
  return link?.kind === 'tun' && link.type === 'none';
}

/** What people call the VPN behind a device. */
export function vpnName(device: string): string {
  if (device.startsWith('tailscale')) return 'Tailscale';
  if (device.startsWith('wg')) return 'WireGuard';
  if (device.startsWith('zt')) return 'ZeroTier';
  if (device.startsWith('wt')) return 'NetBird';
  if (device.startsWith('nebula')) return 'Nebula';
  return `VPN (${device})`;
}
