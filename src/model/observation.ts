import * as z from 'zod';
import { Flow } from './flow.ts';
import { Neighbour } from './network.ts';

/**
 * What became of one probe. Five different things a caller could confuse, and two that are ours:
 * `answered` the service spoke; `refused` a RST or port-unreachable came from the address itself;
 * `reset` it was cut after it was accepted; `timed-out` nothing came while we waited;
 * `unreachable` our own kernel or a router said no route or no neighbour; `silent` TCP was
 * accepted, the service then said nothing; `not-run` the probe itself could not be made.
 */
export const ProbeOutcome = z.enum([
  'answered',
  'refused',
  'reset',
  'timed-out',
  'unreachable',
  'silent',
  'not-run',
]);
export type ProbeOutcome = z.infer<typeof ProbeOutcome>;

export const ProbeKind = z.enum(['icmp', 'tcp', 'http', 'https', 'nfs']);
export type ProbeKind = z.infer<typeof ProbeKind>;

/** A question sent over the network, and what came back. */
export const Probe = z.object({
  kind: z.literal('probe'),
  /** Id of the host that asked. */
  host: z.string(),
  /** When the first packet left, on the program's clock. */
  atUnixMs: z.number(),
  /** `target` is the server in question, `control` another machine on the same LAN. */
  role: z.enum(['target', 'control']),
  probe: ProbeKind,
  /**
   * `source` is set only when the socket was bound to it, `sourcePort` once TCP was accepted and where
   * it could be told.
   */
  flow: Flow,
  outcome: ProbeOutcome,
  /** Until the answer, or how long it stayed silent so far. */
  elapsedMs: z.number(),
  /** Until TCP was accepted, where that happened. */
  connectMs: z.number().optional(),
  /** Raw words of the kernel or tool: `ECONNREFUSED`, `HTTP 401`, `No route to host`. */
  detail: z.string().optional(),
  httpStatus: z.number().int().optional(),
  /** What a person types on that host to see the same. */
  command: z.string(),
});
export type Probe = z.infer<typeof Probe>;

/** The kernel's own answer to a routing question (`ip route get …`). */
export const KernelRoute = z.object({
  kind: z.literal('kernel-route'),
  host: z.string(),
  atUnixMs: z.number(),
  flow: Flow,
  /** Set when the question was about a packet coming in. */
  inputDevice: z.string().optional(),
  command: z.string(),
  answer: z.discriminatedUnion('is', [
    z.object({
      is: z.literal('route'),
      type: z.string(),
      table: z.number().int(),
      dev: z.string(),
      gateway: z.string().optional(),
      source: z.string().optional(),
    }),
    /** Symbolic errno where it could be told (`ENETUNREACH`), and the raw words. */
    z.object({ is: z.literal('error'), errno: z.string().optional(), text: z.string() }),
  ]),
  /** The answer as printed, one line. */
  raw: z.string(),
});
export type KernelRoute = z.infer<typeof KernelRoute>;

/** A TCP socket in a state that says something (SYN-RECV at a server, SYN-SENT at a client). */
export const SocketState = z.object({
  kind: z.literal('socket'),
  host: z.string(),
  atUnixMs: z.number(),
  state: z.enum(['SYN-RECV', 'SYN-SENT', 'ESTAB', 'LISTEN']),
  local: z.object({ address: z.string(), port: z.number().int() }),
  remote: z.object({ address: z.string(), port: z.number().int() }),
  /** Bytes that arrived and that the program has not read yet. */
  receiveQueueBytes: z.number().int().optional(),
  /** Bytes the program wrote and the other side has not acknowledged. */
  sendQueueBytes: z.number().int().optional(),
  command: z.string(),
});
export type SocketState = z.infer<typeof SocketState>;

/** Kernel counters (`TcpExt:IPReversePathFilter` → 5). Only a difference of two says anything. */
export const CounterSample = z.object({
  kind: z.literal('counters'),
  host: z.string(),
  atUnixMs: z.number(),
  /** `before` the probes were sent, or `after`. */
  phase: z.enum(['before', 'after']),
  values: z.record(z.string(), z.number()),
  command: z.string(),
});
export type CounterSample = z.infer<typeof CounterSample>;

/** What a client knows of a server's hardware address after it has asked for it by probing. */
export const NeighbourSample = z.object({
  kind: z.literal('neighbour'),
  host: z.string(),
  atUnixMs: z.number(),
  neighbour: Neighbour,
  command: z.string(),
});
export type NeighbourSample = z.infer<typeof NeighbourSample>;

/**
 * A ping that a host was told to send, and how it was bound. Bound to a device the route is looked
 * up for that device only; bound to an address it is looked up as for any reply from that address.
 * The two together are a question to the kernel where no shell can ask it (`ip-route(8)`, `ping(8)`).
 */
export const BoundPing = z.object({
  kind: z.literal('bound-ping'),
  host: z.string(),
  atUnixMs: z.number(),
  to: z.string(),
  by: z.enum(['unbound', 'device', 'address']),
  /** Name of the device, or the address. */
  bound: z.string().optional(),
  answered: z.boolean(),
  command: z.string(),
});
export type BoundPing = z.infer<typeof BoundPing>;

/** Something that happened, on a host, at a time. */
export const Observation = z.discriminatedUnion('kind', [
  Probe,
  KernelRoute,
  SocketState,
  CounterSample,
  NeighbourSample,
  BoundPing,
]);
export type Observation = z.infer<typeof Observation>;
