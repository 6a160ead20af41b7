import * as z from 'zod';
import type { TailscalePeer, TailscalePrefs, TailscaleStatus } from '../../model/tailscale.ts';

// Bounds are far above what a tailnet has; they only keep nonsense out of snapshots.
const Text = z.string().max(300);
const Texts = z.array(Text).max(20_000).nullish();

/** The part of tailscaled's `ipn.Prefs` that is used; keys and log-in data never pass. */
export const Prefs = z
  .object({
    RouteAll: z.boolean(),
    AdvertiseRoutes: Texts,
    ExitNodeID: Text.nullish(),
    ExitNodeIP: Text.nullish(),
    ExitNodeAllowLANAccess: z.boolean().nullish(),
    WantRunning: z.boolean().nullish(),
  })
  .transform(
    (wire): TailscalePrefs => ({
      acceptsRoutes: wire.RouteAll,
      advertises: wire.AdvertiseRoutes ?? [],
      exitNodeId: wire.ExitNodeID || wire.ExitNodeIP || '',
      exitNodeAllowsLan: wire.ExitNodeAllowLANAccess ?? false,
      wantRunning: wire.WantRunning ?? false,
    }),
  );

const WirePeer = z.object({
  ID: Text.nullish(),
  HostName: Text.nullish(),
  DNSName: Text.nullish(),
  TailscaleIPs: Texts,
  AllowedIPs: Texts,
  PrimaryRoutes: Texts,
  Online: z.boolean().nullish(),
  ExitNode: z.boolean().nullish(),
});

function peerOf(wire: z.infer<typeof WirePeer>): TailscalePeer {
  return {
    id: wire.ID ?? '',
    hostName: wire.HostName ?? '',
    dnsName: wire.DNSName ?? '',
    addresses: wire.TailscaleIPs ?? [],
    allowedIps: wire.AllowedIPs ?? [],
    primaryRoutes: wire.PrimaryRoutes ?? [],
    online: wire.Online ?? false,
    exitNode: wire.ExitNode ?? false,
  };
}

/** RFC 3339; absent for a key that does not expire. Source: tailscale ipn/ipnstate, PeerStatus. */
function keyExpiryOf(text: string | null | undefined): { keyExpiresUnixMs?: number } {
  const unixMs = Date.parse(text ?? '');
  return unixMs > 0 ? { keyExpiresUnixMs: unixMs } : {};
}

/** The part of `ipnstate.Status` that is used. Versions before `TUN` was added had always one. */
export const Status = z
  .object({
    Version: Text,
    BackendState: Text,
    TUN: z.boolean().nullish(),
    Self: WirePeer.extend({ KeyExpiry: Text.nullish() }).nullish(),
    Peer: z.record(z.string(), WirePeer).nullish(),
  })
  .transform(
    (wire): TailscaleStatus => ({
      version: wire.Version,
      backendState: wire.BackendState,
      tun: wire.TUN ?? true,
      ...(wire.Self ? { self: peerOf(wire.Self) } : {}),
      ...keyExpiryOf(wire.Self?.KeyExpiry),
      peers: Object.values(wire.Peer ?? {}).map(peerOf),
    }),
  );
