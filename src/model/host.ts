import * as z from 'zod';
import { factOf } from './fact.ts';
import { NetworkFacts } from './network.ts';
import { ProbeOutcome } from './observation.ts';
import { TailscaleElsewhere, TailscaleFacts } from './tailscale.ts';
import { TruenasFacts } from './truenas.ts';

/** What was seen of one machine, whichever way it was looked at. */
export const HostFacts = z.object({
  /** Stable within a snapshot: the vantage's host part, e.g. `nas`. */
  id: z.string(),
  /** What people call it: its hostname where that was seen. */
  name: z.string(),
  /** Every way it was looked at, as URLs. */
  vantages: z.array(z.string()),
  /** Which of its addresses answered the vantage, where there were several. */
  reachedAt: z.string().optional(),
  /**
   * How each of its addresses answered when we logged in, where it has several. One that is silent
   * while another answers shows that the host is alive and the way to the first is broken.
   */
  attempts: z
    .array(
      z.object({
        address: z.string(),
        outcome: ProbeOutcome,
        elapsedMs: z.number(),
        detail: z.string().optional(),
      }),
    )
    .optional(),
  machineId: factOf(z.string()),
  /** The host's clock minus ours, in milliseconds; half the round trip is its error. */
  clockOffsetMs: factOf(z.number()),
  /** True when we looked as root, or could become root. */
  privileged: factOf(z.boolean()),
  /** Tool name to its version line, for tools that were found. */
  tools: factOf(z.record(z.string(), z.string())),
  network: NetworkFacts,
  tailscale: TailscaleFacts,
  /**
   * Other tailscaleds found on this machine, in pods or containers with a network of their own.
   * They do not shape the host's routing, but they tell who advertises what in the tailnet.
   */
  tailscaleElsewhere: factOf(z.array(TailscaleElsewhere)),
  /** Of a TrueNAS whose API was asked. */
  truenas: TruenasFacts.optional(),
});
export type HostFacts = z.infer<typeof HostFacts>;
