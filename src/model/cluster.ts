import * as z from 'zod';
import { ClusterMessage, SeenSignature } from './cluster-message.ts';
import { StorageBackend, StorageDriver } from './cluster-storage.ts';
import {
  ClusterNode,
  CsiNode,
  CsiPod,
  FailedAttachment,
  HangingPod,
  PendingClaim,
} from './cluster-symptoms.ts';
import { TailnetResource } from './cluster-tailnet.ts';
import { factOf } from './fact.ts';

/** A right we lacked, in the words of RBAC, and what could not be read for want of it. */
export const LackingPermission = z.object({
  verb: z.string(),
  /** With its group where it has one: `connectors.tailscale.com`, `pods/log`. */
  resource: z.string(),
  namespace: z.string().optional(),
  hides: z.string(),
});
export type LackingPermission = z.infer<typeof LackingPermission>;

/** An address of a Service of type LoadBalancer, e.g. one of MetalLB. */
export const ServiceAddress = z.object({
  namespace: z.string(),
  name: z.string(),
  addresses: z.array(z.string()),
});
export type ServiceAddress = z.infer<typeof ServiceAddress>;

/**
 * What was seen of one cluster: what hangs, on what storage, where that storage lives, and who
 * in it tells a tailnet about addresses of the LAN. Never a secret: everything is named here.
 */
export const ClusterFacts = z.object({
  /** URL of the API server. */
  server: z.string(),
  context: z.string().optional(),
  readAtUnixMs: z.number(),
  version: factOf(z.string()),
  /** Nodes that a symptom names, and all of them in a small cluster. */
  nodes: factOf(z.array(ClusterNode)),
  nodeCount: factOf(z.number().int()),
  hangingPods: factOf(z.array(HangingPod)),
  pendingClaims: factOf(z.array(PendingClaim)),
  attachments: factOf(z.array(FailedAttachment)),
  /** Of the nodes in `nodes`. */
  csiNodes: factOf(z.array(CsiNode)),
  csiPods: factOf(z.array(CsiPod)),
  drivers: factOf(z.array(StorageDriver)),
  backends: factOf(z.array(StorageBackend)),
  /** Events of the drivers' own pods and workloads. */
  driverEvents: factOf(z.array(ClusterMessage)),
  /** What logs of the drivers' pods say, as far as a shape is known. */
  logs: factOf(z.array(ClusterMessage)),
  /** Every shape seen, most telling first. */
  signatures: z.array(SeenSignature),
  /** The earliest time of a symptom that is still there. */
  sinceUnixMs: z.number().optional(),
  tailnet: factOf(z.array(TailnetResource)),
  serviceAddresses: factOf(z.array(ServiceAddress)),
  lacking: z.array(LackingPermission),
  /** What was cut off because there was too much of it. */
  bounded: z.array(z.string()),
});
export type ClusterFacts = z.infer<typeof ClusterFacts>;
