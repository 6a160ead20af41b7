import * as z from 'zod';

/**
 * What a message is about. `network-silent` nothing came back in time; `network-unreachable` a
 * kernel or router said no; `refused` the address answered with a RST; `network-or-slow` the text
 * cannot tell a silent network from a slow service; `follows` a consequence of something else.
 */
export const MessageCategory = z.enum([
  'network-silent',
  'network-unreachable',
  'network-or-slow',
  'refused',
  'reset',
  'dns',
  'tls',
  'auth',
  'api-removed',
  'api-error',
  'contract',
  'configuration',
  'export-denied',
  'export-missing',
  'protocol-mismatch',
  'mount-helper-missing',
  'not-registered',
  'not-attached',
  'not-provisioned',
  'attached-elsewhere',
  'stale-handle',
  'leader-election',
  'csi-proxy-502',
  'driver-gone',
  'driver-not-ready',
  'ssh',
  'crash-loop',
  'pod-security',
  'progress',
  'follows',
]);
export type MessageCategory = z.infer<typeof MessageCategory>;

/** A known shape of message, found in a text. */
export const Signature = z.object({
  /** Kebab-case and permanent: `axios-timeout-5000`. */
  id: z.string(),
  category: MessageCategory,
});
export type Signature = z.infer<typeof Signature>;

/** An object of the cluster, as far as messages name it. */
export const ObjectRef = z.object({
  kind: z.string(),
  namespace: z.string().optional(),
  name: z.string(),
});
export type ObjectRef = z.infer<typeof ObjectRef>;

/** Something the cluster said: an event, equal ones merged, or equal lines of a log. */
export const ClusterMessage = z.object({
  where: z.enum(['event', 'log', 'status']),
  about: ObjectRef,
  /** Of a log line or a container's status. */
  container: z.string().optional(),
  /** Of an event: `FailedMount`. Of a container's status: `CrashLoopBackOff`. */
  reason: z.string().optional(),
  /** Who said it: `kubelet`, `attachdetach-controller`. */
  reporter: z.string().optional(),
  /** Node of the reporter, where it is a kubelet. */
  nodeName: z.string().optional(),
  /** Without secrets, one line, at most 1000 characters. */
  text: z.string(),
  /** How often it was said, as far as is known. */
  count: z.number().int(),
  firstUnixMs: z.number().optional(),
  lastUnixMs: z.number().optional(),
  /** Most telling first; empty when no shape is known. */
  signatures: z.array(Signature),
});
export type ClusterMessage = z.infer<typeof ClusterMessage>;

/** One shape over all messages, with what it lets one conclude. */
export const SeenSignature = Signature.extend({
  meaning: z.string(),
  proves: z.string(),
  /** What one is tempted to conclude and must not. */
  provesNot: z.string(),
  count: z.number().int(),
  firstUnixMs: z.number().optional(),
  lastUnixMs: z.number().optional(),
  /** Who said it or was it said of; the first ten. */
  objects: z.array(ObjectRef),
  /** One message as it stood. */
  example: z.string(),
});
export type SeenSignature = z.infer<typeof SeenSignature>;
