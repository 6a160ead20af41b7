import { readIpv4, readIpv6 } from '../model/address.ts';
import type { Family, Rule, RuleAction } from '../model/network.ts';
import { ipv4Mask, prefixLength } from '../model/prefix.ts';
import { DETACHED, type Devices, LOOPBACK } from './devices.ts';
import type { FlowKey } from './flow.ts';

/** What a rule does once it matches. */
export const ACT = {
  lookup: 0,
  goto: 1,
  nop: 2,
  blackhole: 3,
  unreachable: 4,
  prohibit: 5,
  l3mdev: 6,
} as const satisfies Record<RuleAction['kind'], number>;

/** Bits of `RuleProgram.wants`: which selectors a rule has. */
export const FROM = 1;
const TO = 2;
const IIF = 4;
const OIF = 8;
export const MARK = 16;
export const TOS = 32;
export const PROTOCOL = 64;
export const SOURCE_PORT = 128;
export const DESTINATION_PORT = 256;
export const UID = 512;
const NEVER = 1024;
export const NOT = 2048;
const VRF = 4096;
/**
 * A rule list in columns, in the order the kernel asks them. Addresses take `stride` words a rule.
 * Source: Linux net/core/fib_rules.c, struct fib_rule; net/ipv4/fib_rules.c and net/ipv6/fib6_rules.c.
 */
export interface RuleProgram {
  readonly rules: readonly Rule[];
  readonly stride: 1 | 4;
  readonly wants: Int32Array;
  readonly act: Uint8Array;
  /** Table id for a lookup; index of the rule to jump to for a goto, -1 while there is none. */
  readonly target: Int32Array;
  readonly from: Uint32Array;
  readonly fromMask: Uint32Array;
  readonly to: Uint32Array;
  readonly toMask: Uint32Array;
  readonly iif: Int32Array;
  readonly oif: Int32Array;
  readonly mark: Uint32Array;
  readonly markMask: Uint32Array;
  readonly tos: Uint8Array;
  readonly tosMask: Uint8Array;
  readonly protocol: Uint8Array;
  /** First, last, mask of source ports, then of destination ports. */
  readonly ports: Uint16Array;
  readonly uidFirst: Uint32Array;
  readonly uidLast: Uint32Array;
  /** -1 suppresses nothing. */
  readonly suppressLength: Int16Array;
  readonly suppressGroup: Int32Array;
  /** Some rule looks into the transport header of packets that come in. */
  readonly dissects: boolean;
}

export function compileRules(
  family: Family,
  rules: readonly Rule[],
  devices: Devices,
): RuleProgram {
  const ordered = rules.toSorted((a, b) => a.priority - b.priority);
  const program = emptyProgram(family, ordered);
  for (const [at, rule] of ordered.entries()) {
    program.act[at] = ACT[rule.action.kind];
    program.target[at] = targetOf(ordered, rule.action);
    program.suppressLength[at] = rule.suppressPrefixLength ?? -1;
    program.suppressGroup[at] = rule.suppressIfGroup ?? -1;
    program.wants[at] =
      wantAddresses(program, at, rule) |
      wantDevices(program, at, { rule, devices }) |
      wantHeader(program, at, { rule, family }) |
      (rule.action.kind === 'l3mdev' ? VRF : 0) |
      (rule.not ? NOT : 0);
  }
  return program;
}

function emptyProgram(family: Family, rules: readonly Rule[]): RuleProgram {
  const count = rules.length;
  const stride = family === 'ipv4' ? 1 : 4;
  return {
    rules,
    stride,
    wants: new Int32Array(count),
    act: new Uint8Array(count),
    target: new Int32Array(count),
    from: new Uint32Array(count * stride),
    fromMask: new Uint32Array(count * stride),
    to: new Uint32Array(count * stride),
    toMask: new Uint32Array(count * stride),
    iif: new Int32Array(count),
    oif: new Int32Array(count),
    mark: new Uint32Array(count),
    markMask: new Uint32Array(count),
    tos: new Uint8Array(count),
    tosMask: new Uint8Array(count),
    protocol: new Uint8Array(count),
    ports: new Uint16Array(count * 6),
    uidFirst: new Uint32Array(count),
    uidLast: new Uint32Array(count),
    suppressLength: new Int16Array(count),
    suppressGroup: new Int32Array(count),
    // fib_rule_requires_fldissect(): a rule for what the host itself sends does not count
    dissects: rules.some(
      ({ iif, ipproto, sport, dport }) =>
        iif !== 'lo' && (ipproto !== undefined || sport !== undefined || dport !== undefined),
    ),
  };
}

function targetOf(rules: readonly Rule[], action: RuleAction): number {
  if (action.kind === 'lookup') return action.table;
  if (action.kind !== 'goto') return -1;
  return rules.findIndex(({ priority }) => priority === action.priority);
}

function wantAddresses(p: RuleProgram, at: number, rule: Rule): number {
  let wants = 0;
  if (rule.from !== undefined && prefixLength(rule.from) > 0) {
    putPrefix(rule.from, { words: p.from, masks: p.fromMask, offset: at * p.stride });
    wants |= FROM;
  }
  if (rule.to !== undefined && prefixLength(rule.to) > 0) {
    putPrefix(rule.to, { words: p.to, masks: p.toMask, offset: at * p.stride });
    wants |= TO;
  }
  return wants;
}

function putPrefix(
  prefix: string,
  { words, masks, offset }: { words: Uint32Array; masks: Uint32Array; offset: number },
): void {
  const length = prefixLength(prefix);
  const address = prefix.slice(0, prefix.includes('/') ? prefix.indexOf('/') : undefined);
  const numbers = address.includes(':') ? (readIpv6(address) ?? []) : [readIpv4(address)];
  for (const [word, number] of numbers.entries()) {
    words[offset + word] = number;
    masks[offset + word] = ipv4Mask(length - 32 * word);
  }
}

function wantDevices(
  p: RuleProgram,
  at: number,
  { rule, devices }: { rule: Rule; devices: Devices },
): number {
  let wants = 0;
  if (rule.iif !== undefined) {
    p.iif[at] = rule.iifDetached ? DETACHED : devices.idOf(rule.iif) || DETACHED;
    wants |= IIF;
  }
  if (rule.oif !== undefined) {
    p.oif[at] = rule.oifDetached ? DETACHED : devices.idOf(rule.oif) || DETACHED;
    wants |= OIF;
  }
  // only packets out of a collect-metadata tunnel carry an id, and no question is about those
  if (rule.tunId !== undefined && rule.tunId !== '0') wants |= NEVER;
  return wants;
}

function wantHeader(
  p: RuleProgram,
  at: number,
  { rule, family }: { rule: Rule; family: Family },
): number {
  let wants = 0;
  if (rule.fwmark && rule.fwmark.mask !== 0) {
    p.mark[at] = rule.fwmark.value;
    p.markMask[at] = rule.fwmark.mask;
    wants |= MARK;
  }
  wants |= wantTos(p, at, { rule, family });
  if (rule.ipproto) {
    p.protocol[at] = rule.ipproto;
    wants |= PROTOCOL;
  }
  if (rule.sport) wants |= wantPorts(p, { offset: at * 6, range: rule.sport, bit: SOURCE_PORT });
  if (rule.dport) {
    wants |= wantPorts(p, { offset: at * 6 + 3, range: rule.dport, bit: DESTINATION_PORT });
  }
  if (rule.uidRange) {
    p.uidFirst[at] = rule.uidRange.first;
    p.uidLast[at] = rule.uidRange.last;
    wants |= UID;
  }
  // no question carries a flow label, so it is zero
  const label = rule.flowLabel;
  if (label && (label.value & label.mask) !== 0) wants |= NEVER;
  return wants;
}

/** IPv4 `tos` looks at the three old precedence-free bits only; IPv6 and `dscp` at all six. */
function wantTos(
  p: RuleProgram,
  at: number,
  { rule, family }: { rule: Rule; family: Family },
): number {
  if (rule.dscp) {
    p.tosMask[at] = (rule.dscp.mask ?? 0x3f) << 2;
    p.tos[at] = (rule.dscp.value << 2) & (p.tosMask[at] ?? 0);
    return TOS;
  }
  if (!rule.tos) return 0;
  p.tosMask[at] = family === 'ipv4' ? 0x1c : 0xfc;
  p.tos[at] = rule.tos;
  return TOS;
}

function wantPorts(
  p: RuleProgram,
  { offset, range, bit }: { offset: number; range: NonNullable<Rule['sport']>; bit: number },
): number {
  p.ports[offset] = range.first;
  p.ports[offset + 1] = range.last;
  p.ports[offset + 2] = range.mask ?? 0xffff;
  return bit;
}

/**
 * Whether every selector but the addresses holds. `not` inverts the whole conjunction, so it is the
 * caller's, who knows about the addresses.
 *
 * Source: Linux net/core/fib_rules.c, fib_rule_match().
 */
export function selectorsMatch(p: RuleProgram, at: number, key: FlowKey): boolean {
  const wants = p.wants[at] as number;
  if (wants & NEVER) return false;
  if (wants & IIF && p.iif[at] !== key.iif && p.iif[at] !== vrfSeen(key)) return false;
  if (wants & OIF && p.oif[at] !== key.oif) return false;
  if (wants & MARK && (((p.mark[at] as number) ^ key.mark) & (p.markMask[at] as number)) !== 0) {
    return false;
  }
  if (wants & VRF && key.vrf === 0) return false;
  return headerMatches(p, at, key);
}

function headerMatches(p: RuleProgram, at: number, key: FlowKey): boolean {
  const wants = p.wants[at] as number;
  if (wants & TOS && (key.tos & (p.tosMask[at] as number)) !== p.tos[at]) return false;
  if (wants & PROTOCOL && p.protocol[at] !== key.protocol) return false;
  if (wants & SOURCE_PORT && !portMatches(p.ports, at * 6, key.sourcePort)) return false;
  if (wants & DESTINATION_PORT && !portMatches(p.ports, at * 6 + 3, key.destinationPort)) {
    return false;
  }
  if ((wants & UID) === 0) return true;
  return key.uid >= (p.uidFirst[at] as number) && key.uid <= (p.uidLast[at] as number);
}

/** A rule's `iif VRF` also matches what arrives on a member. Modelled, not tested. */
function vrfSeen(key: FlowKey): number {
  return key.iif === LOOPBACK ? 0 : key.vrf;
}

function portMatches(ports: Uint16Array, offset: number, port: number): boolean {
  const first = ports[offset] as number;
  const mask = ports[offset + 2] as number;
  if (mask !== 0xffff) return ((first ^ port) & mask) === 0;
  return port >= first && port <= (ports[offset + 1] as number);
}
