import type { Netmap, Trouble } from '../protocol.ts';
import { DEFAULT_ROUTES, type NodeView } from '../tailnet/member.ts';
import { backendState, type Prefs } from './prefs.ts';

/** `version.Long()` of the emulated release. */
export const VERSION = '1.102.3-t6d0a9ab4e-g7c1f2b88d';
export const CAPABILITY_VERSION = '133';
const TAILNET = 'homelab.example';
const DNS_SUFFIX = 'tail0a1b2.ts.net';
const NEVER = '0001-01-01T00:00:00Z';
/** A log-in is good for 180 days; this one was two months ago. */
const KEY_EXPIRY = inDays(120);

/** As Go writes times: RFC 3339, without a fraction that is nought. */
function inDays(days: number): string {
  return `${new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 19)}Z`;
}

/** `ipnstate.Status` as GET /localapi/v0/status gives it, with or without peers. */
export function statusOf(
  prefs: Prefs,
  { self, peers }: Netmap,
  { withPeers, trouble }: { readonly withPeers: boolean; readonly trouble?: Trouble | undefined },
): object {
  const expiry = trouble === 'key-expires' ? inDays(3) : KEY_EXPIRY;
  return {
    Version: VERSION,
    TUN: self.member.tun,
    BackendState: backendState(prefs),
    HaveNodeKey: prefs.Config !== null,
    AuthURL: '',
    TailscaleIPs: self.member.addresses,
    Self: { ...nodeStatus(self, expiry), InNetworkMap: true },
    ExitNodeStatus: exitNodeStatus(prefs, peers),
    Health: healthOf(prefs, peers),
    MagicDNSSuffix: DNS_SUFFIX,
    CurrentTailnet: { Name: TAILNET, MagicDNSSuffix: DNS_SUFFIX, MagicDNSEnabled: true },
    CertDomains: null,
    ...(withPeers ? { Peer: peerStatus(prefs, peers) } : { Peer: null }),
    User: null,
    ClientVersion: null,
  };
}

function peerStatus(prefs: Prefs, peers: readonly NodeView[]): object {
  return Object.fromEntries(
    peers.map((peer) => [
      peer.member.key,
      { ...nodeStatus(peer), ExitNode: peer.member.stableId === prefs.ExitNodeID },
    ]),
  );
}

/** A tagged node's key never expires, and then nothing is said of it. */
function nodeStatus({ member, allowedIps, primaryRoutes }: NodeView, expiry = KEY_EXPIRY): object {
  return {
    ID: member.stableId,
    NodeID: member.nodeId,
    PublicKey: member.key,
    HostName: member.hostName,
    DNSName: `${member.hostName}.${DNS_SUFFIX}.`,
    OS: 'linux',
    UserID: 1,
    ...(member.tags.length > 0 ? { Tags: member.tags } : {}),
    TailscaleIPs: member.addresses,
    AllowedIPs: allowedIps,
    ...(primaryRoutes.length > 0 ? { PrimaryRoutes: primaryRoutes } : {}),
    Addrs: [],
    CurAddr: '',
    Relay: 'fra',
    RxBytes: 0,
    TxBytes: 0,
    Created: '2025-01-12T18:24:07Z',
    LastWrite: NEVER,
    LastSeen: NEVER,
    LastHandshake: NEVER,
    ...(member.tags.length > 0 ? {} : { KeyExpiry: expiry }),
    Online: member.online,
    ExitNode: false,
    ExitNodeOption: DEFAULT_ROUTES.some((prefix) => allowedIps.includes(prefix)),
    Active: false,
    InMagicSock: true,
    InEngine: true,
    InNetworkMap: true,
  };
}

function exitNodeStatus(prefs: Prefs, peers: readonly NodeView[]): object | null {
  const exit = peers.find(({ member }) => member.stableId === prefs.ExitNodeID);
  if (!exit) return null;
  const addresses = exit.member.addresses.map((a) => `${a}/${a.includes(':') ? 128 : 32}`);
  return { ID: prefs.ExitNodeID, Online: exit.member.online, TailscaleIPs: addresses };
}

/** The one hint tailscaled gives about subnet routes; of an overlap with the LAN it says nothing. */
function healthOf(prefs: Prefs, peers: readonly NodeView[]): readonly string[] {
  const offered = peers.some(({ primaryRoutes }) => primaryRoutes.length > 0);
  return offered && !prefs.RouteAll
    ? ['Some peers are advertising routes but --accept-routes is false']
    : [];
}
