import { prefixContains } from '../model/prefix.ts';
import { prefixText } from '../model/text.ts';
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
  const [advertiser] = status.value.peers.flatMap((peer) => {
    const prefixes = peer.allowedIps.filter((prefix) =>
      clients.some((client) => prefixContains(prefix, client)),
    );
    return prefixes.length > 0 ? [{ peer, prefixes }] : [];
  });
  if (!advertiser) return { is: 'impossible', because: 'no peer advertises the client' };
  const prefixes = advertiser.prefixes.map(prefixText).join(', ');
  const { hostName } = advertiser.peer;
  const text = `at ${hostName} take ${prefixes} out of what it advertises: in Kubernetes spec.subnetRouter.advertiseRoutes of its Connector, elsewhere tailscale set --advertise-routes=…; or disable the route in the admin console (Machines > ${hostName} > Edit route settings)`;
  const step = {
    ...stepOn(c, {
      id: 'unadvertise-lan-route',
      fix: unadvertiseLanRoute.id,
      when: 'later',
      what: `people who reach ${prefixes} through the tailnet lose that way`,
      change: { kind: 'person', text },
      does: text,
      undoes: 'advertise it again',
    }),
    vantage: '',
  };
  return {
    is: 'possible',
    steps: [step],
    changes: [],
    warnings: [`check: ip route show table 52   on ${c.host.name} has no ${prefixes}`],
  };
}
