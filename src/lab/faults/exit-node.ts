import { stableId } from '../tailnet/identity.ts';
import { homelab } from '../topology/homelab.ts';
import { type Fault, NODE_TO_NAS, yields } from './fault.ts';

/** The NAS sends everything to an exit node and may not talk to its LAN. */
export const exitNodeNoLan: Fault = {
  id: 'exit-node-no-lan',
  title: 'NAS uses an exit node without LAN access',
  settings: [
    {
      kind: 'prefs',
      host: 'nas-tailscale',
      prefs: { ExitNodeID: idOf('cabin-router'), ExitNodeAllowLANAccess: false },
    },
  ],
  question: NODE_TO_NAS,
  expect: yields('exit-node-captures-lan'),
};

function idOf(host: string): string {
  const node = homelab.hosts.find(({ name }) => name === host)?.tailnet;
  if (!node) throw new RangeError(`Cannot name an exit node: "${host}" is not in the tailnet`);
  return stableId(node);
}
