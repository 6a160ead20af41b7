import * as z from 'zod';

/** IANA protocol numbers for what the program speaks of by name. */
export const PROTOCOL_NUMBER = { icmp: 1, tcp: 6, udp: 17, icmp6: 58 } as const;

/** One direction of a conversation. A missing port or source means "any" or "not chosen yet". */
export const Flow = z.object({
  protocol: z.enum(['icmp', 'tcp', 'udp']),
  source: z.string().optional(),
  destination: z.string(),
  sourcePort: z.number().int().optional(),
  destinationPort: z.number().int().optional(),
});
export type Flow = z.infer<typeof Flow>;
