import * as z from 'zod';

/** Raised when a reader of an older plan could misread a newer one. */
export const PLAN_VERSION = 1;

/**
 * One change to one setting, as data. Every kind has a value that can be read back: the change is
 * made only while that value is `from`, it is done when it is `to`, and taking it back is the same
 * the other way round.
 */
export const Change = z.discriminatedUnion('kind', [
  /** A preference of the host's own tailscaled, by its LocalAPI or its own command. */
  z.object({
    kind: z.literal('tailscale-preference'),
    preference: z.enum(['RouteAll', 'ExitNodeAllowLANAccess']),
    from: z.boolean(),
    to: z.boolean(),
  }),
  /** Anything a shell can do. */
  z.object({
    kind: z.literal('shell'),
    /** Prints the present value on one line and changes nothing. */
    reads: z.string(),
    does: z.string(),
    undoes: z.string(),
    from: z.string(),
    to: z.string(),
    /** Values that serve as well as `to` and are somebody else's: left alone both ways. */
    serves: z.array(z.string()),
  }),
  /** A switch in the configuration of a TrueNAS app; the rest of it is read when it is written. */
  z.object({
    kind: z.literal('truenas-app'),
    app: z.string(),
    group: z.literal('tailscale'),
    key: z.literal('accept_routes'),
    from: z.boolean(),
    to: z.boolean(),
    /** Set where it did not run when it was looked at: then it does not start by this either. */
    stopped: z.literal(true).optional(),
  }),
  /** An Init/Shutdown script of a TrueNAS, found again by its comment. */
  z.object({
    kind: z.literal('truenas-init-script'),
    comment: z.string(),
    command: z.string(),
    when: z.enum(['PREINIT', 'POSTINIT']),
  }),
  /** Pods that whoever owns them makes anew. Nothing to take back. */
  z.object({
    kind: z.literal('restart-pods'),
    selectors: z.array(z.object({ namespace: z.string(), labels: z.string() })),
    /** Time for all containers of the new pods to be ready, in milliseconds. */
    waitMs: z.number().int(),
  }),
  /** Nothing this program may do itself. */
  z.object({ kind: z.literal('person'), text: z.string() }),
]);
export type Change = z.infer<typeof Change>;

/** What proves a step: something that is read afterwards, and what it must print. */
export const Check = z.object({
  /** Host id and vantage to read it by. */
  host: z.string(),
  vantage: z.string(),
  /** Shell, as a person would type it there. */
  reads: z.string(),
  /** What the model predicts, in the words of the command. */
  predicts: z.string(),
  /** Regular expressions over the whole output: all of `matches` and none of `lacks`. */
  matches: z.array(z.string()),
  lacks: z.array(z.string()),
});
export type Check = z.infer<typeof Check>;

/**
 * What takes a step back on the far host by itself, should we lose our way to it. Where there is
 * none although the way could be cut, `how` says `none` and `because` why.
 */
export const Guard = z.object({
  how: z.enum(['far-timer', 'none']),
  afterSeconds: z.number().int(),
  because: z.string(),
});
export type Guard = z.infer<typeof Guard>;

/**
 * How long such a timer may wait, in seconds: a script is given 30 s to do the step, and then the
 * host has to be reached over a new connection.
 */
export const GUARD_SECONDS = { least: 45, most: 3600 } as const;

export const Step = z.object({
  /** Unique within the plan, kebab-case. */
  id: z.string(),
  fix: z.string(),
  /** `later` is what makes it last, and may restart something. */
  when: z.enum(['now', 'later']),
  /** Host id, or `cluster`. */
  host: z.string(),
  hostName: z.string(),
  /** URL to act by; empty for the cluster and for what a person does. */
  vantage: z.string(),
  /** One sentence. */
  what: z.string(),
  change: Change,
  /** The command or request in full, as a person would type it. */
  does: z.string(),
  undoes: z.string(),
  checks: z.array(Check),
  costs: z.array(z.string()),
  guard: Guard.optional(),
});
export type Step = z.infer<typeof Step>;

/** One way out of a host, in few words, with the rule and the route that decide. */
export const Way = z.object({
  /** `enp1s0`, `tailscale0`, `this host`, or an errno. */
  by: z.string(),
  gateway: z.string().optional(),
  source: z.string().optional(),
  rule: z.string().optional(),
  route: z.string().optional(),
});
export type Way = z.infer<typeof Way>;

/** Destinations whose way out of a host changes, exactly these. */
export const ChangedPrefixes = z.object({
  host: z.string(),
  /** `replies from 10.0.0.210` or `new connections`. */
  packets: z.string(),
  prefixes: z.array(z.string()),
  before: Way,
  after: Way,
  /** `better` when a connected subnet is used again, `worse` when a working way is lost. */
  effect: z.enum(['better', 'worse', 'other']),
  because: z.string(),
});
export type ChangedPrefixes = z.infer<typeof ChangedPrefixes>;

/** One conversation that was seen, before and after, as the model has it. */
export const ChangedFlow = z.object({
  host: z.string(),
  flow: z.string(),
  /**
   * `asked` is a flow that the cause breaks, `compared` another of the question, `connected` an
   * established connection.
   */
  kind: z.enum(['asked', 'compared', 'connected']),
  before: z.string(),
  after: z.string(),
  effect: z.enum(['mended', 'broken', 'moved', 'same', 'still-broken', 'cannot-tell']),
});
export type ChangedFlow = z.infer<typeof ChangedFlow>;

/** What would change on the way of packets if the steps marked `now` were done. */
export const Effects = z.object({
  prefixes: z.array(ChangedPrefixes),
  flows: z.array(ChangedFlow),
});
export type Effects = z.infer<typeof Effects>;

/** The state of one host that a plan was made for, one fact a line, sorted. */
export const HostState = z.object({
  host: z.string(),
  vantage: z.string(),
  lines: z.array(z.string()),
});
export type HostState = z.infer<typeof HostState>;

/** A fix that was weighed and not taken. */
export const Alternative = z.object({ fix: z.string(), title: z.string(), because: z.string() });

/** What would be done about a diagnosis. A plain value: saved, read, applied another day. */
export const Plan = z.object({
  schema: z.literal('returnpath/plan'),
  version: z.literal(PLAN_VERSION),
  madeAtUnixMs: z.number(),
  /** What it is for: the diagnosis in one sentence, its cause and how sure that is. */
  diagnosis: z.object({
    cause: z.string(),
    certainty: z.enum(['proven', 'likely']),
    summary: z.string(),
    startedUnixMs: z.number(),
  }),
  /** The question, so that what was done can be verified by the plan alone. */
  question: z.object({
    from: z.string(),
    to: z.string(),
    addresses: z.array(z.string()),
    ports: z.array(z.number().int()),
    controls: z.array(z.string()),
    compare: z.array(z.string()),
  }),
  madeFor: z.array(HostState),
  fix: z.string(),
  steps: z.array(Step),
  effects: Effects,
  alternatives: z.array(Alternative),
  warnings: z.array(z.string()),
  /** Why it must not be applied; empty when it may. */
  refusals: z.array(z.string()),
});
export type Plan = z.infer<typeof Plan>;
