import type { Family, Rule, RuleAction } from '../model/network.ts';
import { type Fields, isFields, numberOf, prefixOf, textOf } from './fields.ts';
import { ruleLines } from './ip-rule-text.ts';
import { jsonItems, looksLikeJson } from './items.ts';
import {
  dsfieldNumber,
  groupNumber,
  ipProtocolNumber,
  type Names,
  protocolName,
  tableNumber,
} from './names.ts';
import { type Reading, reading } from './reading.ts';

export interface RuleOptions {
  readonly family: Family;
  readonly names?: Names | undefined;
  /** Which program printed it; found out by itself where the text gives it away. */
  readonly tool?: 'iproute2' | 'busybox' | undefined;
}

/** What BusyBox leaves out. Source: busybox networking/libiproute/iprule.c, print_rule(). */
const BUSYBOX_LACKS = [
  '`not`, `oif`, `ipproto`, `sport`, `dport`, `uidrange` and `tun_id` of rules, or where a `goto` leads',
];

const FULL_MASK = 0xffffffff;

/**
 * Reads the rules of one family as `ip rule` prints them, in JSON (`-j`, with or without `-d` and
 * `-N`) or in text, from iproute2 of any version or from BusyBox.
 *
 * A rule that cannot be understood is left out and reported: what remains may then decide
 * differently from the kernel.
 */
export function readIpRules(text: string, options: RuleOptions): Reading<Rule[]> {
  const items = looksLikeJson(text) ? jsonItems(text) : ruleLines(text);
  const rules: Rule[] = [];
  items.values.forEach((value, index) => {
    const rule = isFields(value) ? ruleOf(value, options) : 'expected an object';
    if (typeof rule === 'string') items.complain(index, rule);
    else rules.push(rule);
  });
  return reading(rules, items.log, isBusybox(text, options) ? BUSYBOX_LACKS : []);
}

function isBusybox(text: string, { tool }: RuleOptions): boolean {
  // iproute2 prints no table at all where there is none
  return tool ? tool === 'busybox' : text.includes('lookup unspec');
}

/** The rule, or why it is none. */
function ruleOf(fields: Fields, options: RuleOptions): Rule | string {
  const priority = numberOf(fields['priority']);
  if (priority === undefined) return 'no priority';
  const action = actionOf(fields, options.names);
  if (typeof action === 'string') return action;
  const rule: Rule = { priority, action };
  if ('not' in fields) rule.not = true;
  const wrong = SELECTORS.map((read) => read(rule, fields, options)).find(
    (why) => why !== undefined,
  );
  return wrong ?? rule;
}

/** Puts one part of the rule in its place, or says why that cannot be done. */
type ReadSelector = (rule: Rule, fields: Fields, options: RuleOptions) => string | undefined;

const SELECTORS: readonly ReadSelector[] = [
  readPrefixes,
  readDevices,
  readMark,
  readTos,
  readDscp,
  readFlowLabel,
  readProtocol,
  readPorts,
  readOwner,
  readSuppressors,
];

/** Numbers of rule actions as `ip -N` prints them. Source: Linux uapi/linux/fib_rules.h. */
const ACTIONS: ReadonlyMap<string, 'blackhole' | 'unreachable' | 'prohibit'> = new Map([
  ['6', 'blackhole'],
  ['7', 'unreachable'],
  ['8', 'prohibit'],
  ['blackhole', 'blackhole'],
  ['unreachable', 'unreachable'],
  ['prohibit', 'prohibit'],
]);

function actionOf(fields: Fields, names: Names | undefined): RuleAction | string {
  // before iproute2 5.0 the key was `to_tbl`
  const action = textOf(fields['action'] ?? fields['to_tbl']);
  if (action !== undefined && action !== 'unicast' && action !== '1') {
    const kind = ACTIONS.get(action);
    return kind ? { kind } : `unknown action "${action}"`;
  }
  if ('l3mdev' in fields) return { kind: 'l3mdev' };
  if ('nop' in fields) return { kind: 'nop' };
  if ('goto' in fields) {
    const priority = numberOf(fields['goto']);
    return priority === undefined ? 'no target of goto' : { kind: 'goto', priority };
  }
  const name = textOf(fields['table']);
  if (name === undefined) return 'no action';
  const table = tableNumber(name, names);
  if (table === undefined) return `table "${name}" has no known number: its rt_tables is needed`;
  return { kind: 'lookup', table };
}

function readPrefixes(rule: Rule, fields: Fields, { family }: RuleOptions): string | undefined {
  const from = rulePrefix(fields['src'], fields['srclen'], family);
  if (from === null) return 'unreadable "from"';
  if (from !== undefined) rule.from = from;
  const to = rulePrefix(fields['dst'], fields['dstlen'], family);
  if (to === null) return 'unreadable "to"';
  if (to !== undefined) rule.to = to;
  return undefined;
}

/** The prefix, `undefined` for any address, `null` if unreadable. */
function rulePrefix(address: unknown, length: unknown, family: Family): string | undefined | null {
  if (address === undefined || (address === 'all' && length === undefined)) return undefined;
  if (typeof address !== 'string') return null;
  const host = address === '0' && family === 'ipv6' ? '::' : address;
  const bits = length === undefined ? '' : `/${textOf(length) ?? ''}`;
  return prefixOf(`${host}${bits}`, family) ?? null;
}

function readDevices(rule: Rule, fields: Fields): undefined {
  const iif = textOf(fields['iif']);
  if (iif !== undefined) rule.iif = iif;
  if ('iif_detached' in fields) rule.iifDetached = true;
  const oif = textOf(fields['oif']);
  if (oif !== undefined) rule.oif = oif;
  if ('oif_detached' in fields) rule.oifDetached = true;
}

function readMark(rule: Rule, fields: Fields): string | undefined {
  if (!('fwmark' in fields)) return undefined;
  const value = numberOf(fields['fwmark']);
  const mask = 'fwmask' in fields ? numberOf(fields['fwmask']) : FULL_MASK;
  if (value === undefined || mask === undefined) return 'unreadable "fwmark"';
  rule.fwmark = { value, mask };
  return undefined;
}

function readTos(rule: Rule, fields: Fields): string | undefined {
  if (!('tos' in fields)) return undefined;
  const tos = dsfieldNumber(textOf(fields['tos']) ?? '');
  if (tos === undefined) return `unknown tos "${String(fields['tos'])}"`;
  rule.tos = tos;
  return undefined;
}

function readDscp(rule: Rule, fields: Fields): string | undefined {
  if (!('dscp' in fields)) return undefined;
  const value = dscpNumber(textOf(fields['dscp']) ?? '');
  const mask = 'dscp_mask' in fields ? numberOf(fields['dscp_mask']) : undefined;
  if (value === undefined) return `unknown dscp "${String(fields['dscp'])}"`;
  rule.dscp = mask === undefined ? { value } : { value, mask };
  return undefined;
}

function readFlowLabel(rule: Rule, fields: Fields): string | undefined {
  if (!('flowlabel' in fields)) return undefined;
  const value = numberOf(fields['flowlabel']);
  const mask = 'flowlabel_mask' in fields ? numberOf(fields['flowlabel_mask']) : 0xfffff;
  if (value === undefined || mask === undefined) return 'unreadable "flowlabel"';
  rule.flowLabel = { value, mask };
  return undefined;
}

/** DSCP is the upper six bits of the octet that names like `AF11` stand for. */
function dscpNumber(text: string): number | undefined {
  const number = numberOf(text);
  if (number !== undefined) return number;
  const octet = dsfieldNumber(text);
  return octet === undefined ? undefined : octet >>> 2;
}

function readProtocol(rule: Rule, fields: Fields): string | undefined {
  if (!('ipproto' in fields)) return undefined;
  const number = ipProtocolNumber(textOf(fields['ipproto']) ?? '');
  if (number === undefined) return `unknown ipproto "${String(fields['ipproto'])}"`;
  rule.ipproto = number;
  return undefined;
}

function readPorts(rule: Rule, fields: Fields): string | undefined {
  return readPort(rule, fields, 'sport') ?? readPort(rule, fields, 'dport');
}

function readPort(rule: Rule, fields: Fields, key: 'sport' | 'dport'): string | undefined {
  if (!(key in fields || `${key}_start` in fields)) return undefined;
  const first = numberOf(fields[key] ?? fields[`${key}_start`]);
  const last = key in fields ? first : numberOf(fields[`${key}_end`]);
  if (first === undefined || last === undefined) return `unreadable "${key}"`;
  const mask = numberOf(fields[`${key}_mask`]);
  rule[key] = mask === undefined ? { first, last } : { first, last, mask };
  return undefined;
}

function readOwner(rule: Rule, fields: Fields): string | undefined {
  if ('uid_start' in fields) {
    const first = numberOf(fields['uid_start']);
    const last = numberOf(fields['uid_end']);
    if (first === undefined || last === undefined) return 'unreadable "uidrange"';
    rule.uidRange = { first, last };
  }
  const tunId = textOf(fields['tun_id']);
  if (tunId !== undefined) rule.tunId = tunId;
  const protocol = protocolName(textOf(fields['protocol']) ?? 'unspec');
  // without -d `ip` hides both of these, so they cannot be told apart
  if (protocol !== 'unspec' && protocol !== 'kernel') rule.protocol = protocol;
  return undefined;
}

function readSuppressors(rule: Rule, fields: Fields, { names }: RuleOptions): string | undefined {
  if ('suppress_prefixlen' in fields) {
    const length = numberOf(fields['suppress_prefixlen']);
    if (length === undefined) return 'unreadable "suppress_prefixlength"';
    rule.suppressPrefixLength = length;
  }
  if ('suppress_ifgroup' in fields) {
    const name = textOf(fields['suppress_ifgroup']) ?? '';
    const group = groupNumber(name, names);
    if (group === undefined) return `interface group "${name}" has no known number`;
    rule.suppressIfGroup = group;
  }
  return undefined;
}
