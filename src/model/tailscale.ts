import * as z from 'zod';
import { factOf } from './fact.ts';

/** Where tailscaled puts routes of other members. Source: tailscale wgengine/router/osrouter, tailscaleRouteTable. */
export const TAILSCALE_TABLE = 52;

/** A machine of the tailnet, as one of its members sees it. */
export const TailscalePeer = z.object({
  id: z.string(),
  hostName: z.string(),
  dnsName: z.string(),
  addresses: z.array(z.string()),
  /** Prefixes this peer may send from and is sent to: what it advertises and was approved for. */
  allowedIps: z.array(z.string()),
  primaryRoutes: z.array(z.string()),
  online: z.boolean(),
  exitNode: z.boolean(),
});
export type TailscalePeer = z.infer<typeof TailscalePeer>;

export const TailscalePrefs = z.object({
  /** `RouteAll` on the wire; *Accept Routes* in every user interface. */
  acceptsRoutes: z.boolean(),
  advertises: z.array(z.string()),
  exitNodeId: z.string(),
  exitNodeAllowsLan: z.boolean(),
  wantRunning: z.boolean(),
});
export type TailscalePrefs = z.infer<typeof TailscalePrefs>;

export const TailscaleStatus = z.object({
  version: z.string(),
  backendState: z.string(),
  /** False in userspace mode, which installs no rules and no routes. */
  tun: z.boolean(),
  self: TailscalePeer.optional(),
  /**
   * When this node's own key expires or did, in milliseconds since the epoch. Absent: never, as for
   * tagged nodes and where somebody has switched it off.
   */
  keyExpiresUnixMs: z.number().optional(),
  peers: z.array(TailscalePeer),
});
export type TailscaleStatus = z.infer<typeof TailscaleStatus>;

/** The tailscaled that shapes the host's own routing, not one inside a pod or container. */
export const TailscaleFacts = z.object({
  /** How it was reached, as a person would: a socket path or a container. */
  reachedBy: factOf(z.string()),
  prefs: factOf(TailscalePrefs),
  status: factOf(TailscaleStatus),
});
export type TailscaleFacts = z.infer<typeof TailscaleFacts>;

/** A tailscaled with a network namespace of its own: a Kubernetes Connector pod, a container. */
export const TailscaleElsewhere = z.object({
  /** How it was reached: `/proc/4711/root/var/run/tailscale/tailscaled.sock`. */
  reachedBy: z.string(),
  status: TailscaleStatus,
});
export type TailscaleElsewhere = z.infer<typeof TailscaleElsewhere>;
