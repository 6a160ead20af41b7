import type { Family, Nexthop, Route, RouteType, Rule } from '../model/network.ts';

/**
 * Who asks. The kernel looks up a different number of times for each:
 * `route-get` once, as `ip route get` does; `tcp-connect` and `udp-connect` twice over IPv4 when
 * unbound (the second time with the source just chosen); `udp-send` once; `reply` with the source
 * the request came to.
 */
export type Asker = 'route-get' | 'tcp-connect' | 'udp-connect' | 'udp-send' | 'reply';

/** A packet that this host itself sends. Addresses are text; absent means not given. */
export interface OutputQuestion {
  readonly family: Family;
  readonly destination: string;
  readonly source?: string | undefined;
  /** Device the socket is bound to. */
  readonly oif?: string | undefined;
  readonly mark?: number | undefined;
  readonly tos?: number | undefined;
  /** IP protocol number. */
  readonly protocol?: number | undefined;
  readonly sourcePort?: number | undefined;
  readonly destinationPort?: number | undefined;
  readonly uid?: number | undefined;
  readonly asker: Asker;
}

/**
 * A packet that arrives on `iif`. As `route-get`, what `ip route get … iif …` says of it: over IPv6
 * that leaves out the gates a packet passes before and after the lookup.
 */
export interface InputQuestion {
  readonly family: Family;
  readonly asker?: 'packet' | 'route-get' | undefined;
  readonly source: string;
  readonly destination: string;
  readonly iif: string;
  readonly mark?: number | undefined;
  readonly tos?: number | undefined;
  readonly protocol?: number | undefined;
  readonly sourcePort?: number | undefined;
  readonly destinationPort?: number | undefined;
}

export type Errno =
  | 'ENETUNREACH'
  | 'EHOSTUNREACH'
  | 'EACCES'
  | 'EINVAL'
  | 'EXDEV'
  | 'EAGAIN'
  | 'ENODEV'
  | 'EADDRNOTAVAIL';

/** Why an input packet is refused although a route may exist. */
export type InputRefusal =
  | 'martian-source'
  | 'martian-destination'
  | 'reverse-path'
  | 'not-forwarding'
  | 'no-route'
  | 'error-route';

/** One possible answer of the kernel. */
export type Answer =
  | {
      readonly is: 'route';
      /** Type of the route that won: `unicast`, `local`, `broadcast`, `multicast`, … */
      readonly type: RouteType;
      /** Absent when no rule was walked (merged tables) or the kernel assumed on-link. */
      readonly rule?: Rule | undefined;
      readonly table?: number | undefined;
      readonly route?: Route | undefined;
      readonly nexthop?: Nexthop | undefined;
      readonly device: string;
      readonly gateway?: string | undefined;
      /** Source address the packet carries; absent for input answers. */
      readonly source?: string | undefined;
    }
  | {
      readonly is: 'error';
      readonly errno: Errno;
      readonly rule?: Rule | undefined;
      readonly table?: number | undefined;
      readonly route?: Route | undefined;
      readonly refusal?: InputRefusal | undefined;
      /** Counter of /proc/net/{snmp,netstat} that rises, e.g. `TcpExt:IPReversePathFilter`. */
      readonly counter?: string | undefined;
    };

/** The kernel's decision as far as what was seen determines it. */
export interface Decision {
  /** Never empty. More than one when the answer depends on something that was not seen. */
  readonly answers: readonly [Answer, ...Answer[]];
  /** What would decide among several answers: `multipath hash`, `state of neighbour 10.0.0.1 dev eth0`. */
  readonly dependsOn: readonly string[];
}
