import * as z from 'zod';
import { factOf } from './fact.ts';

/** The Tailscale app of a TrueNAS, as its configuration says. Never its auth key. */
export const TailscaleApp = z.object({
  /** Name of the instance; the user's choice. */
  name: z.string(),
  /** `RUNNING`, `DEPLOYING`, `STOPPED`, `CRASHED`. */
  state: z.string(),
  version: z.string(),
  /** Ids of its running containers. */
  containers: z.array(z.string()),
  /** What the next log-in will set; a node that is logged in may do otherwise, see `authOnce`. */
  acceptRoutes: z.boolean(),
  /** True: a node that is logged in keeps its preferences whatever the app says. */
  authOnce: z.boolean(),
  /** Whether a log-in discards preferences. */
  reset: z.boolean(),
  /** True: no rules and no routes on the host. */
  userspace: z.boolean(),
  hostNetwork: z.boolean(),
  advertiseRoutes: z.array(z.string()),
  /** Whether the state outlives the container. */
  keepsState: z.boolean(),
  hasAuthKey: z.boolean(),
});
export type TailscaleApp = z.infer<typeof TailscaleApp>;

/**
 * What the API of a TrueNAS says that no shell on it would, or not as well. What it says of devices,
 * addresses and routes stands in `HostFacts.network`, where no shell said it better.
 */
export const TruenasFacts = z.object({
  version: factOf(z.string()),
  /** How it was asked: `JSON-RPC 25.10`, `DDP`, `REST v2.0`. */
  transport: z.string(),
  /** Whose credential we came in with, where the user lent us that of another program. */
  credentialFrom: z.string().optional(),
  tailscaleApps: factOf(z.array(TailscaleApp)),
  /** Services by name, `nfs` → `RUNNING`. */
  services: factOf(z.record(z.string(), z.string())),
  /** Addresses that NFS listens on; empty is all. */
  nfsBindAddresses: factOf(z.array(z.string())),
  nfsExports: factOf(
    z.array(
      z.object({
        path: z.string(),
        networks: z.array(z.string()),
        hosts: z.array(z.string()),
        enabled: z.boolean(),
      }),
    ),
  ),
  /** Networks that docker takes bridges from, and their prefix length. */
  dockerPools: factOf(z.array(z.object({ base: z.string(), size: z.number().int() }))),
  alerts: factOf(
    z.array(
      z.object({ level: z.string(), klass: z.string(), text: z.string(), atUnixMs: z.number() }),
    ),
  ),
  /** Who changed what, newest first. */
  changes: factOf(
    z.array(
      z.object({ atUnixMs: z.number(), user: z.string(), method: z.string(), what: z.string() }),
    ),
  ),
});
export type TruenasFacts = z.infer<typeof TruenasFacts>;
