import * as z from 'zod';
import { ClusterFacts } from './cluster.ts';
import { HostFacts } from './host.ts';
import { Observation } from './observation.ts';

/** Raised when a reader of an older snapshot could misread a newer one. */
export const SNAPSHOT_VERSION = 1;

/** What was asked: from which host to which, on which ports, against which controls. */
export const Question = z.object({
  /** Host ids. `to` may name a host nobody could look at; then only its addresses are known. */
  from: z.string(),
  to: z.string(),
  /** Addresses of the server under which clients use it, best known first. */
  serverAddresses: z.array(z.string()),
  /** Addresses that the server seems to have inside a tailnet: another way to see that it is up. */
  tailnetAddresses: z.array(z.string()).optional(),
  ports: z.array(z.number().int()),
  /** LAN addresses asked from the same client. */
  controls: z.array(z.string()),
  /** Host ids of other clients that ask the same server. */
  compare: z.array(z.string()),
});
export type Question = z.infer<typeof Question>;

/** A way of looking that did not work at all. */
export const FailedVantage = z.object({
  vantage: z.string(),
  why: z.string(),
  next: z.string().optional(),
});
export type FailedVantage = z.infer<typeof FailedVantage>;

/** Everything that was read, in one value that can be saved and judged again. */
export const Snapshot = z.object({
  schema: z.literal('returnpath/snapshot'),
  version: z.literal(SNAPSHOT_VERSION),
  /** When reading began and ended, on the program's clock. */
  startedUnixMs: z.number(),
  endedUnixMs: z.number(),
  question: Question,
  hosts: z.record(z.string(), HostFacts),
  failedVantages: z.array(FailedVantage),
  observations: z.array(Observation),
  /** The cluster the question came from, where one was read. */
  cluster: ClusterFacts.optional(),
});
export type Snapshot = z.infer<typeof Snapshot>;
