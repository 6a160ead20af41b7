import { cryptokeyRules, type Tunnel } from '../tailnet/cryptokey-rules.ts';
import { nodeKey, stableId } from '../tailnet/identity.ts';
import type { Acceptance, Member, NodeView } from '../tailnet/member.ts';
import { viewsOf } from '../tailnet/member.ts';
import type { HostSpec } from '../topology/topology.ts';
import { TAILNET_NAMESPACE, tableOf, tailnetPort, tunnelHosts } from './network-batch.ts';
import type { Plan } from './plan.ts';
import { run } from './run.ts';

const NOTHING_ACCEPTED: Acceptance = { routes: false, exitNode: '' };

/** The control server and the wires of the tailnet in one: who may send what to whom. */
export interface Tailnet {
  /** All nodes as every node sees them. */
  views(): readonly NodeView[];
  /** Changes what a host's node offers or accepts; true if others must be told. */
  update(host: string, change: TailnetChange): boolean;
  /** Makes the namespace enforce the present state; resolves when it does. */
  enforce(): Promise<void>;
}

interface TailnetChange {
  readonly acceptance?: Acceptance;
  readonly advertises?: readonly string[];
  readonly online?: boolean;
}

/** Tunnels that are real WireGuard enforce by themselves; then only the control server is left. */
export function createTailnet({ topology, ipv6, variant }: Plan): Tailnet {
  const members = new Map(
    topology.hosts.flatMap((host) => {
      const member = memberOf(host);
      return member ? [[host.name, member] as const] : [];
    }),
  );
  const acceptances = new Map<string, Acceptance>();
  const families = ipv6 ? (['ipv4', 'ipv6'] as const) : (['ipv4'] as const);
  const installed = { ipv4: new Set<string>(), ipv6: new Set<string>() };
  let queue: Promise<void> = Promise.resolve();

  const views = () => viewsOf([...members.values()]);

  function tunnels(): readonly Tunnel[] {
    const byId = new Map(views().map((view) => [view.member.stableId, view]));
    return tunnelHosts(topology).flatMap((host) => {
      const view = byId.get(members.get(host.name)?.stableId ?? '');
      const acceptance = acceptances.get(host.name) ?? NOTHING_ACCEPTED;
      return view ? [{ view, acceptance, device: tailnetPort(host), table: tableOf(host) }] : [];
    });
  }

  async function enforceFamily(family: 'ipv4' | 'ipv6'): Promise<void> {
    const wanted = new Set(cryptokeyRules(tunnels(), family));
    const gone = [...installed[family]].filter((rule) => !wanted.has(rule));
    const added = [...wanted].filter((rule) => !installed[family].has(rule));
    if (gone.length + added.length === 0) return;
    const batch = [...gone.map((r) => `rule del ${r}`), ...added.map((r) => `rule add ${r}`)];
    const flag = family === 'ipv6' ? ['-6'] : [];
    await run(['ip', ...flag, '-n', TAILNET_NAMESPACE, '-batch', '-'], `${batch.join('\n')}\n`);
    installed[family] = wanted;
  }

  return {
    views,
    update(host, { acceptance, advertises, online }) {
      const member = members.get(host);
      if (!member) return false;
      if (acceptance) acceptances.set(host, acceptance);
      const before = JSON.stringify(views());
      members.set(host, {
        ...member,
        advertises: advertises ?? member.advertises,
        online: online ?? member.online,
      });
      return JSON.stringify(views()) !== before;
    },
    enforce() {
      if (variant !== 'veth') return Promise.resolve();
      const next = queue.then(() => Promise.all(families.map(enforceFamily)).then(() => {}));
      // one failure must not stop later changes; whoever asked for this one is told
      queue = next.catch(() => {});
      return next;
    },
  };
}

function memberOf({ tailnet }: HostSpec): Member | undefined {
  return (
    tailnet && {
      stableId: stableId(tailnet),
      nodeId: tailnet.nodeId,
      key: nodeKey(tailnet),
      hostName: tailnet.name,
      addresses: tailnet.addresses,
      tags: tailnet.tags ?? [],
      tun: tailnet.tun,
      advertises: tailnet.advertises,
      online: true,
      endpoint: tailnet.endpoint,
    }
  );
}
