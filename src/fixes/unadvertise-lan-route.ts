import { FAMILIES } from '../model/network.ts';
import { prefixContains } from '../model/prefix.ts';
import { TAILSCALE_TABLE } from '../model/tailscale.ts';
import { prefixText } from '../model/text.ts';
import type { Change as RoutingChange } from '../routing/whatif-change.ts';
import { type Fix, type FixCase, type FixPlan, stepOn } from './fix.ts';

/** The other end: whoever advertises addresses of the LAN may stop. Not ours to do. */
export const unadvertiseLanRoute: Fix = {
  id: 'unadvertise-lan-route',
  title: 'Stop advertising LAN addresses to the tailnet',
  plan,
};

function plan(c: FixCase): FixPlan {
  const { status } = c.host.tailscale;
  if (!status.seen) return { is: 'impossible', because: `peers of ${c.host.name}: ${status.why}` };
  const clients = c.finding.flows.flatMap(({ source }) => source ?? []);
  // an exit node offers everything, and is no advertiser of the LAN
  const takes = (prefix: string) =>
    !prefix.endsWith('/0') && clients.some((client) => prefixContains(prefix, client));
  const advertisers = status.value.peers.flatMap(({ hostName, allowedIps }) => {
    const prefixes = allowedIps.filter(takes);
    return prefixes.length > 0 ? [{ hostName, prefixes }] : [];
  });
  if (advertisers.length === 0)
    return { is: 'impossible', because: 'no peer advertises the client' };
  const names = advertisers.map(({ hostName }) => hostName).join(', ');
  const prefixes = [...new Set(advertisers.flatMap((one) => one.prefixes))];
  const list = prefixes.map(prefixText).join(', ');
  const text = advertisers.map(whatToDo).join('\n');
  const step = {
    ...stepOn(c, {
      id: 'unadvertise-lan-route',
      fix: unadvertiseLanRoute.id,
      when: 'now',
      what: `stop advertising ${list} to the tailnet, at ${names}`,
      change: { kind: 'person', text },
      does: text,
      undoes: 'advertise it again',
      costs: [`people who reach ${list} through the tailnet lose that way`],
    }),
    vantage: '',
  };
  return { is: 'possible', steps: [step], changes: routesGone(c, prefixes), warnings: [] };
}

function whatToDo({
  hostName,
  prefixes,
}: {
  hostName: string;
  prefixes: readonly string[];
}): string {
  const list = prefixes.map(prefixText).join(', ');
  return `at ${hostName} take ${list} out of what it advertises: in Kubernetes spec.subnetRouter.advertiseRoutes of its Connector, elsewhere tailscale set --advertise-routes=…; or disable the route in the admin console (Machines > ${hostName} > Edit route settings)`;
}

/** What tailscaled of the host takes away as soon as nobody advertises it. */
function routesGone({ state }: FixCase, prefixes: readonly string[]): RoutingChange[] {
  return FAMILIES.flatMap((family) =>
    state.state.routes[family].flatMap(({ table, prefix }): RoutingChange[] =>
      table === TAILSCALE_TABLE && prefixes.includes(prefix)
        ? [{ kind: 'del-route', family, wanted: { table, prefix } }]
        : [],
    ),
  );
}
