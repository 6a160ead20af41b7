import type { Flow4 } from './flow.ts';
import {
  DESTINATION_PORT,
  FROM,
  MARK,
  NOT,
  PROTOCOL,
  type RuleProgram,
  SOURCE_PORT,
  selectorsMatch,
  TOS,
  UID,
} from './rules.ts';

/**
 * An IPv4 rule list made ready for the walk.
 *
 * All that rules look at but the destination is the same for many flows of a host, so which rules
 * it leaves in question is remembered by flow class, a bit a rule; then only those are looked at.
 */
export interface RuleScan4 {
  readonly rules: RuleProgram;
  /** Bits of the rules that `not` inverts; one word for 32 rules. */
  readonly inverted: Int32Array;
  /** Selectors that some rule has. */
  readonly looksAt: number;
  readonly words: number;
  /** `SLOTS` flow classes, and for each the rules whose selectors but `to` hold. */
  readonly keys: Int32Array;
  readonly known: Uint8Array;
  readonly holds: Int32Array;
}

const SLOTS = 64;
const KEY = 8;

export function compileScan4(rules: RuleProgram): RuleScan4 {
  const count = rules.wants.length;
  const words = (count + 31) >>> 5;
  const inverted = new Int32Array(words);
  let looksAt = 0;
  for (let rule = 0; rule < count; rule++) {
    const wants = rules.wants[rule] as number;
    looksAt |= wants;
    if (wants & NOT) (inverted[rule >>> 5] as number) |= 1 << (rule & 31);
  }
  return {
    rules,
    inverted,
    looksAt,
    words,
    keys: new Int32Array(SLOTS * KEY),
    known: new Uint8Array(SLOTS),
    holds: new Int32Array(SLOTS * words),
  };
}

/** Where `holds` has the rules that this flow leaves in question. */
export function classOf4(scan: RuleScan4, flow: Flow4): number {
  const { looksAt, keys, known } = scan;
  const ports =
    looksAt & (SOURCE_PORT | DESTINATION_PORT) ? flow.sourcePort | (flow.destinationPort << 16) : 0;
  const mark = looksAt & MARK ? flow.mark | 0 : 0;
  const source = looksAt & FROM ? flow.source | 0 : 0;
  const header = (looksAt & PROTOCOL ? flow.protocol : 0) | (looksAt & TOS ? flow.tos << 8 : 0);
  const uid = looksAt & UID ? flow.uid | 0 : 0;
  let hash = Math.imul(source ^ ports, 0x9e3779b1) ^ Math.imul(mark ^ uid, 0x85ebca6b);
  hash = Math.imul(hash ^ header ^ (flow.iif << 20) ^ (flow.oif << 24), 0xc2b2ae35);
  const slot = hash >>> 26;
  const at = slot * KEY;
  const same =
    known[slot] === 1 &&
    keys[at] === source &&
    keys[at + 1] === mark &&
    keys[at + 2] === ports &&
    keys[at + 3] === header &&
    keys[at + 4] === uid &&
    keys[at + 5] === flow.iif &&
    keys[at + 6] === flow.oif &&
    keys[at + 7] === flow.vrf;
  if (!same) {
    keys.set([source, mark, ports, header, uid, flow.iif, flow.oif, flow.vrf], at);
    known[slot] = 1;
    fill(scan, flow, slot);
  }
  return slot * scan.words;
}

function fill({ rules, words, holds }: RuleScan4, flow: Flow4, slot: number): void {
  const { wants, from, fromMask } = rules;
  const { source } = flow;
  holds.fill(0, slot * words, (slot + 1) * words);
  for (let rule = 0; rule < wants.length; rule++) {
    if (((source ^ (from[rule] as number)) & (fromMask[rule] as number)) !== 0) continue;
    if (!selectorsMatch(rules, rule, flow)) continue;
    (holds[slot * words + (rule >>> 5)] as number) |= 1 << (rule & 31);
  }
}

/**
 * The first rule from `rule` on that matches, -1 for none. `not` inverts the whole conjunction.
 * Source: Linux net/core/fib_rules.c, fib_rule_match(); net/ipv4/fib_rules.c, fib4_rule_match().
 *
 * @param flowClass As `classOf4` gave it for this flow.
 */
export function nextMatch4(
  { rules, inverted, words, holds }: RuleScan4,
  destination: number,
  { flowClass, rule }: { flowClass: number; rule: number },
): number {
  const { to, toMask } = rules;
  for (let word = rule >>> 5; word < words; word++) {
    const held = holds[flowClass + word] as number;
    const not = inverted[word] as number;
    let open = held | not;
    if (word === rule >>> 5) open &= -1 << (rule & 31);
    while (open !== 0) {
      const bit = open & -open;
      const at = word * 32 + 31 - Math.clz32(bit);
      const matches =
        (held & bit) !== 0 && ((destination ^ (to[at] as number)) & (toMask[at] as number)) === 0;
      if (matches !== ((not & bit) !== 0)) return at;
      open ^= bit;
    }
  }
  return -1;
}
