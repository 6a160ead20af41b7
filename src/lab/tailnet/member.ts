/** What the control server knows of one node of the tailnet. */
export interface Member {
  readonly stableId: string;
  readonly nodeId: number;
  readonly key: string;
  readonly hostName: string;
  /** IPv4 first. */
  readonly addresses: readonly string[];
  readonly tags: readonly string[];
  readonly tun: boolean;
  /** Routes it asks to serve; the tailnet's auto-approvers grant every one of them. */
  readonly advertises: readonly string[];
  readonly online: boolean;
  /** Where its WireGuard can be called, as address and port. */
  readonly endpoint?: string | undefined;
}

/** What a node does with the routes of others: the part of its preferences the tunnel obeys. */
export interface Acceptance {
  /** `RouteAll`. */
  readonly routes: boolean;
  /** Stable id of the chosen exit node, or empty. */
  readonly exitNode: string;
}

/** One node as the control server shows it to another. */
export interface NodeView {
  readonly member: Member;
  /** Own addresses first, then the routes it was elected for. */
  readonly allowedIps: readonly string[];
  readonly primaryRoutes: readonly string[];
}

export const DEFAULT_ROUTES: readonly string[] = ['0.0.0.0/0', '::/0'];

function selfRoutes(member: Member): readonly string[] {
  return member.addresses.map((address) => `${address}/${address.includes(':') ? 128 : 32}`);
}

/**
 * What every node is told of the others. A prefix that several advertise belongs to the first that
 * is online (the elected primary) and to nobody else; default routes are not elected, each exit
 * node keeps its own.
 */
export function viewsOf(members: readonly Member[]): readonly NodeView[] {
  return members.map((member) => {
    const primaryRoutes = member.advertises.filter(
      (prefix) => !DEFAULT_ROUTES.includes(prefix) && primaryFor(prefix, members) === member,
    );
    const exits = member.advertises.filter((prefix) => DEFAULT_ROUTES.includes(prefix));
    return {
      member,
      allowedIps: [...selfRoutes(member), ...primaryRoutes, ...exits],
      primaryRoutes,
    };
  });
}

function primaryFor(prefix: string, members: readonly Member[]): Member | undefined {
  const candidates = members.filter(({ advertises }) => advertises.includes(prefix));
  return candidates.find(({ online }) => online) ?? candidates[0];
}

/**
 * The addresses a node lets a peer send from, and sends to that peer: WireGuard's AllowedIPs.
 *
 * Subnet routes count only with `RouteAll`, default routes only of the chosen exit node. A peer
 * that is offline still counts.
 * Source: tailscale net/routemanager/routemanager.go
 */
export function acceptedFrom(peer: NodeView, acceptance: Acceptance): readonly string[] {
  const own = selfRoutes(peer.member);
  return peer.allowedIps.filter((prefix) => {
    if (own.includes(prefix)) return true;
    if (DEFAULT_ROUTES.includes(prefix)) return acceptance.exitNode === peer.member.stableId;
    return acceptance.routes;
  });
}
