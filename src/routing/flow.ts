/** What policy rules and tables look at, as numbers; 0 means not given. Families add addresses. */
export interface FlowKey {
  /** Device ids, see devices.ts; `iif` is the loopback for what the host sends itself. */
  iif: number;
  oif: number;
  /** Id of the VRF the flow belongs to, 0 for none. */
  vrf: number;
  mark: number;
  /** The whole byte, ECN bits included. */
  tos: number;
  protocol: number;
  sourcePort: number;
  destinationPort: number;
  uid: number;
}

/** An IPv4 flow; `source` 0 is unbound, which the kernel does not tell from 0.0.0.0 either. */
export interface Flow4 extends FlowKey {
  destination: number;
  source: number;
  /** Routes that reach further than this do not count; 0 for all. */
  scope: number;
}

type Words = readonly [number, number, number, number];

/** An IPv6 flow. `source` stays all zeros while `hasSource` is false. */
export interface Flow6 extends FlowKey {
  destination: Words;
  source: Words;
  hasSource: boolean;
}

export const NO_WORDS: Words = [0, 0, 0, 0];
/** The uid of a packet nobody here owns; lies in every unrestricted range. */
export const NO_UID = 0xffffffff;

export function emptyFlow4(): Flow4 {
  return {
    destination: 0,
    source: 0,
    scope: 0,
    iif: 0,
    oif: 0,
    vrf: 0,
    mark: 0,
    tos: 0,
    protocol: 0,
    sourcePort: 0,
    destinationPort: 0,
    uid: 0,
  };
}
