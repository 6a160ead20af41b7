import type { Rule, RuleAction } from './network.ts';

const TABLE_NAMES: Readonly<Record<number, string>> = {
  253: 'default',
  254: 'main',
  255: 'local',
};

/** `main`, `local`, `default`, or the number. */
export function tableText(table: number): string {
  return TABLE_NAMES[table] ?? String(table);
}

/** A prefix as `ip` prints it: `default` for /0, a host without its length. */
export function prefixText(prefix: string): string {
  if (prefix === '0.0.0.0/0' || prefix === '::/0') return 'default';
  return prefix.replace(prefix.includes(':') ? /\/128$/ : /\/32$/, '');
}

/** One policy rule as `ip rule` prints it, on one line. */
export function ruleText(rule: Rule): string {
  const parts = [
    `${rule.priority}:`,
    ...selectorTexts(rule),
    actionText(rule.action),
    rule.suppressPrefixLength === undefined
      ? ''
      : `suppress_prefixlength ${rule.suppressPrefixLength}`,
    rule.suppressIfGroup === undefined ? '' : `suppress_ifgroup ${rule.suppressIfGroup}`,
  ];
  return parts.filter(Boolean).join(' ');
}

/** What a packet must be for the rule to be asked; empty texts for what it does not look at. */
function selectorTexts(rule: Rule): readonly string[] {
  return [
    rule.not ? 'not' : '',
    `from ${rule.from ? prefixText(rule.from) : 'all'}`,
    rule.to ? `to ${prefixText(rule.to)}` : '',
    rule.tos === undefined ? '' : `tos 0x${rule.tos.toString(16)}`,
    rule.fwmark ? `fwmark ${hex(rule.fwmark.value)}/${hex(rule.fwmark.mask)}` : '',
    rule.iif ? `iif ${deviceText(rule.iif, rule.iifDetached)}` : '',
    rule.oif ? `oif ${deviceText(rule.oif, rule.oifDetached)}` : '',
    rule.uidRange ? `uidrange ${rule.uidRange.first}-${rule.uidRange.last}` : '',
    rule.ipproto === undefined ? '' : `ipproto ${rule.ipproto}`,
    rule.sport ? `sport ${range(rule.sport)}` : '',
    rule.dport ? `dport ${range(rule.dport)}` : '',
    rule.dscp ? `dscp ${hex(rule.dscp.value)}` : '',
    rule.tunId ? `tun_id ${rule.tunId}` : '',
  ];
}

/** `[detached]` is said of a device that is not there. */
function deviceText(name: string, detached: boolean | undefined): string {
  return detached ? `${name} [detached]` : name;
}

function actionText(action: RuleAction): string {
  switch (action.kind) {
    case 'lookup':
      return `lookup ${tableText(action.table)}`;
    case 'goto':
      return `goto ${action.priority}`;
    case 'l3mdev':
      return 'lookup [l3mdev-table]';
    default:
      return action.kind;
  }
}

function range({ first, last }: { first: number; last: number }): string {
  return first === last ? String(first) : `${first}-${last}`;
}

function hex(value: number): string {
  return `0x${(value >>> 0).toString(16)}`;
}
