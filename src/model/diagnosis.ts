import * as z from 'zod';
import { ObjectRef, SeenSignature } from './cluster-message.ts';
import { Flow } from './flow.ts';
import { Question } from './snapshot.ts';
import { Trace } from './trace.ts';

export const DIAGNOSIS_VERSION = 1;

/** One thing that was read, in a form that can be read again by hand. */
export const Evidence = z.object({
  /** Name of the host it was read on. */
  host: z.string(),
  /** As it would be typed there. */
  command: z.string(),
  /** The telling part of the answer, one line. */
  answer: z.string(),
  atUnixMs: z.number(),
  shows: z.enum(['mechanism', 'effect', 'context']),
  /** What the same command answers when all is well, where that is known. */
  healthy: z.string().optional(),
});
export type Evidence = z.infer<typeof Evidence>;

/** What a person does about a cause, without this program. */
export const ByHand = z.object({
  /** A command, or a sentence where no command does it. */
  now: z.string(),
  /** Name of the host to do it on, and anything special about the place. */
  where: z.string(),
  /** What makes it last. */
  later: z.string().optional(),
});
export type ByHand = z.infer<typeof ByHand>;

/**
 * A cause that is present. `proven` needs mechanism and effect, read within 60 s of each other;
 * with only one of the two it is `likely`.
 */
export const Finding = z.object({
  cause: z.string(),
  title: z.string(),
  certainty: z.enum(['proven', 'likely']),
  /** One sentence: who does what with which packets. */
  summary: z.string(),
  /** Cause, mechanism, symptom, in that order, a sentence each. */
  chain: z.array(z.string()),
  evidence: z.array(Evidence),
  /** Which flows it breaks. */
  flows: z.array(Flow),
  /** What works although this is broken, and why it does: the pattern that gives a cause away. */
  contrast: z.array(z.string()),
  /** Further things the same cause does, for instance other captured addresses. */
  also: z.array(z.string()),
  /** What in the cluster hangs because of it, as a person would restart it. */
  affects: z.array(ObjectRef).optional(),
  /** The one fact that would turn `likely` into `proven`. */
  wouldProve: z.string().optional(),
  fixes: z.array(z.string()),
  /** What to do by hand: now, and so that it lasts. */
  byHand: ByHand,
});
export type Finding = z.infer<typeof Finding>;

export const RuledOut = z.object({ cause: z.string(), title: z.string(), because: z.string() });
export const NotSeen = z.object({ what: z.string(), next: z.string().optional() });

/** What the model says and what the kernel of that host says, where they differ. */
export const Disagreement = z.object({
  host: z.string(),
  command: z.string(),
  kernel: z.string(),
  model: z.string(),
});
export type Disagreement = z.infer<typeof Disagreement>;

/** One thing of the cluster that is not as it should be. */
export const Symptom = z.object({
  object: ObjectRef,
  /** What a person restarts: the Deployment of a Pod. */
  workload: ObjectRef.optional(),
  nodeName: z.string().optional(),
  /** As `kubectl get` words it: `2/6 CrashLoopBackOff`, `ContainerCreating`, `Pending`. */
  state: z.string(),
  sinceUnixMs: z.number().optional(),
  /** When the kubelet starts it again, of one that is in back-off. */
  nextTryUnixMs: z.number().optional(),
  /** What it says, in one line. */
  says: z.string().optional(),
  /** The server it hangs on, where its volumes or driver lead to one. */
  server: z.string().optional(),
});
export type Symptom = z.infer<typeof Symptom>;

/** A server that volumes live on, over all drivers. */
export const StorageInUse = z.object({
  /** An address, or a name as it stands in volumes. */
  server: z.string(),
  drivers: z.array(z.string()),
  ports: z.array(z.number().int()),
  /** Volumes that name it, and pods that hang on it. */
  volumes: z.number().int(),
  pods: z.number().int(),
  nodes: z.array(z.string()),
  place: z.enum(['network', 'in-cluster']),
  /** Volumes name it, the driver's present configuration another. */
  outdated: z.boolean(),
});
export type StorageInUse = z.infer<typeof StorageInUse>;

/** A route that the cluster gives to a tailnet, with what it covers of the LAN and the cluster. */
export const AdvertisedPrefix = z.object({
  prefix: z.string(),
  /** `Connector homelab-subnet-router` */
  by: z.string(),
  /** Asked for, and not advertised yet. */
  pending: z.boolean(),
  /** `node talos-1`, `storage 10.0.0.210`, `service ingress/traefik`. */
  covers: z.array(z.string()),
});
export type AdvertisedPrefix = z.infer<typeof AdvertisedPrefix>;

/** What the cluster shows of the trouble, from pods to the storage server. */
export const ClusterView = z.object({
  /** URL of the API server. */
  server: z.string(),
  context: z.string().optional(),
  /** The earliest time of a symptom that is still there. */
  sinceUnixMs: z.number().optional(),
  symptoms: z.array(Symptom),
  /** Known shapes among messages, most telling first. */
  signatures: z.array(SeenSignature),
  storage: z.array(StorageInUse),
  advertised: z.array(AdvertisedPrefix),
  /** How the machine we run on reaches the API server and the storage, a sentence each. */
  operator: z.array(z.string()),
  /** Who is answered and who is not, and what that says, a sentence each. */
  differential: z.array(z.string()),
  /** Rights that were lacking and what was cut off, a sentence each. */
  limits: z.array(z.string()),
});
export type ClusterView = z.infer<typeof ClusterView>;

/** What can be said of a snapshot. */
export const Diagnosis = z.object({
  schema: z.literal('returnpath/diagnosis'),
  version: z.literal(DIAGNOSIS_VERSION),
  verdict: z.enum(['healthy', 'cause-found', 'several-causes', 'cannot-tell']),
  /** One sentence for the top of every report. */
  summary: z.string(),
  question: Question,
  startedUnixMs: z.number(),
  endedUnixMs: z.number(),
  /** Host id to name and address, for reports. */
  hosts: z.record(z.string(), z.object({ name: z.string(), address: z.string().optional() })),
  cluster: ClusterView.optional(),
  traces: z.array(Trace),
  findings: z.array(Finding),
  /** What was read that is no finding of its own: probe results, healthy answers. */
  evidence: z.array(Evidence),
  ruledOut: z.array(RuledOut),
  notSeen: z.array(NotSeen),
  disagreements: z.array(Disagreement),
  /** What to do next; never empty. */
  next: z.array(z.string()),
});
export type Diagnosis = z.infer<typeof Diagnosis>;
