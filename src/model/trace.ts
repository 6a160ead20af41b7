import * as z from 'zod';
import { Flow } from './flow.ts';
import { Route, Rule } from './network.ts';

/** How a leg ends. The exact condition of each stands in docs/outcomes.md. */
export const TraceOutcome = z.enum([
  'delivered',
  'no-route',
  'blackholed',
  'prohibited',
  'reverse-path-filtered',
  'martian',
  'filtered',
  'not-forwarding',
  'dropped-by-peer',
  'neighbour-unknown',
  'loop',
  'cannot-tell',
]);
export type TraceOutcome = z.infer<typeof TraceOutcome>;

/** What one host does with the packet, and why. */
export const TraceStep = z.object({
  /** Host id, or the name of a tailnet peer nobody looked at. */
  host: z.string(),
  action: z.enum(['send', 'forward', 'deliver', 'drop', 'unknown']),
  /** The rule and route that decided, where they are known. */
  rule: Rule.optional(),
  table: z.number().int().optional(),
  route: Route.optional(),
  inputDevice: z.string().optional(),
  device: z.string().optional(),
  gateway: z.string().optional(),
  source: z.string().optional(),
  /** The tailnet or WireGuard peer the packet is handed to. */
  peer: z.string().optional(),
  /** One sentence in the operator's words. */
  because: z.string(),
  /** Remarks that are no fault by themselves: asymmetry, an address rewritten. */
  notes: z.array(z.string()),
});
export type TraceStep = z.infer<typeof TraceStep>;

/** One leg of a flow, hop by hop. */
export const Trace = z.object({
  leg: z.enum(['forward', 'return']),
  flow: Flow,
  steps: z.array(TraceStep),
  outcome: TraceOutcome,
  because: z.string(),
  /** Facts that would change `cannot-tell` into an answer. */
  missing: z.array(z.string()),
});
export type Trace = z.infer<typeof Trace>;
