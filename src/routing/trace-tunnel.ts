import type { Crosser, Crossing } from './trace-crossing.ts';
import { crossTailscale } from './trace-tailscale.ts';
import { crossWireguard } from './trace-wireguard.ts';
import { isVpnDevice } from './vpn.ts';
import type { World, WorldHost } from './world.ts';

/** Whether a device of this host leads into a tunnel. */
export function isTunnelDevice(host: WorldHost, device: string): boolean {
  return (
    isTailscaleDevice(host, device) ||
    host.wireguard.some(({ dev }) => dev === device) ||
    isVpnDevice(
      device,
      host.state.links.find(({ name }) => name === device),
    )
  );
}

/** The device tailscaled made: by its name, or because it carries the host's tailnet address. */
function isTailscaleDevice({ state, tailscale }: WorldHost, device: string): boolean {
  if (device.startsWith('tailscale')) return true;
  const self = tailscale?.status.seen ? tailscale.status.value.self : undefined;
  if (!self) return false;
  return state.addresses.some(({ dev, local }) => dev === device && self.addresses.includes(local));
}

/** Follows a packet into a tunnel; `undefined` when the device is none. */
export function crossTunnel(world: World, host: WorldHost, packet: Crosser): Crossing | undefined {
  if (isTailscaleDevice(host, packet.device)) return crossTailscale(world, host, packet);
  if (host.wireguard.some(({ dev }) => dev === packet.device)) {
    return crossWireguard(world, host, packet);
  }
  if (!isTunnelDevice(host, packet.device)) return undefined;
  return {
    is: 'unclear',
    because: `${packet.device} leads into a VPN, and who is behind it was not seen`,
    missing: `peers of ${packet.device} at ${host.name}`,
  };
}
