import * as z from 'zod';

/** A resource of the Tailscale operator that gives routes to a tailnet or takes them. */
export const TailnetResource = z.object({
  kind: z.enum(['Connector', 'ProxyGroup', 'ProxyClass']),
  name: z.string(),
  /** Routes the spec asks for, and those the operator says it advertises. */
  asksFor: z.array(z.string()),
  advertises: z.array(z.string()),
  isExitNode: z.boolean(),
  /** Of a ProxyClass; of others by the ProxyClass they name. */
  acceptsRoutes: z.boolean(),
  proxyClass: z.string().optional(),
  hostnames: z.array(z.string()),
  tailnetAddresses: z.array(z.string()),
  ready: z.boolean().optional(),
  /** Pods that carry it out, where they could be found. */
  pods: z.array(
    z.object({
      namespace: z.string(),
      name: z.string(),
      nodeName: z.string().optional(),
      hostNetwork: z.boolean(),
    }),
  ),
});
export type TailnetResource = z.infer<typeof TailnetResource>;
