import { FAMILIES, type Family, type Rule, TABLE } from '../model/network.ts';
import type { Change } from '../model/plan.ts';
import { canonicalPrefix, familyOf, prefixLength } from '../model/prefix.ts';
import { prefixText } from '../model/text.ts';
import { isVpnDevice } from '../routing/vpn.ts';
import { type Fix, type FixCase, type FixPlan, stepOn } from './fix.ts';
import { lastingPin } from './lasting-pin.ts';

/**
 * Marks a rule as ours, so that only ours is ever removed: the kernel compares it when it deletes
 * one. Source: Linux net/core/fib_rules.c, rule_find(); tried in docs/lab/fixes.md.
 */
export const PIN_PROTOCOL = 201;

/** What Tailscale's own documentation takes: "LAN traffic prioritization with overlapping subnet routes". */
const USUAL_PRIORITY = 2500;

/** Bridges of containers and virtual machines on the host itself: nobody else is on them. */
const INNER = /^(?:docker\d*|br-[0-9a-f]{12}|veth|cni|virbr|lxcbr|lxdbr|incusbr|podman)/;

/** The host keeps its accepted routes and asks `main` first for what is on its own LAN. */
export const pinLan: Fix = {
  id: 'pin-lan',
  title: 'Pin connected subnets to the LAN by a rule',
  plan,
};

interface Pin {
  readonly family: Family;
  readonly prefix: string;
  readonly priority: number;
}

function plan(c: FixCase): FixPlan {
  const pins = FAMILIES.flatMap((family) => pinsOf(c, family));
  if (pins.length === 0) {
    return {
      is: 'impossible',
      because: `no rule of ${c.host.name} asks a VPN before main, or it has no subnet to pin`,
    };
  }
  const privileged = c.host.privileged;
  if (privileged.seen && !privileged.value) {
    return { is: 'impossible', because: `setting a rule on ${c.host.name} needs root: --sudo` };
  }
  const steps = pins.map((pin) =>
    stepOn(c, {
      id: `pin-lan-${prefixText(pin.prefix).replace(/[^\w]+/g, '-')}`,
      fix: pinLan.id,
      when: 'now',
      what: `ask main first for ${pin.prefix} on ${c.host.name}; accepted routes to elsewhere stay`,
      change: changeOf(pin),
      does: command('add', pin),
      undoes: command('del', pin),
      ...(c.guard ? { guard: c.guard } : {}),
    }),
  );
  return {
    is: 'possible',
    steps: [...steps, ...lastingPin(c, steps)],
    changes: pins.map((pin) => ({ kind: 'add-rule', family: pin.family, rule: ruleOf(pin) })),
    warnings: pins.some(({ prefix }) => prefixLength(prefix) < 16)
      ? ['a pinned subnet is very wide: look at the prefix of that device']
      : [],
  };
}

/** One for each subnet that the VPN's table could take, unless one is pinned already. */
function pinsOf({ state }: FixCase, family: Family): Pin[] {
  const { rules, addresses, links } = state.state;
  const first = Math.min(...rules[family].filter(asksVpn(state.state, family)).map(priorityOf));
  if (!Number.isFinite(first) || first < 2) return [];
  const priority = Math.min(USUAL_PRIORITY, first - 1);
  const prefixes = addresses
    .filter(
      ({ dev, local, scope, prefixLength: length }) =>
        familyOf(local) === family &&
        scope === 'global' &&
        length < (family === 'ipv4' ? 31 : 127) &&
        !INNER.test(dev) &&
        !isVpnDevice(
          dev,
          links.find(({ name }) => name === dev),
        ),
    )
    .map(({ local, prefixLength: length }) => canonicalPrefix(`${local}/${length}`, family));
  return [...new Set(prefixes)]
    .filter((prefix) => !rules[family].some((rule) => pins(rule, prefix, first)))
    .map((prefix) => ({ family, prefix, priority }));
}

/** A rule that sends what it matches to a table with a route into a VPN. */
function asksVpn({ routes, links }: FixCase['state']['state'], family: Family) {
  const tables = new Set(
    routes[family]
      .filter(({ nexthops }) =>
        nexthops.some(
          ({ dev }) =>
            dev !== undefined &&
            isVpnDevice(
              dev,
              links.find(({ name }) => name === dev),
            ),
        ),
      )
      .map(({ table }) => table)
      .filter((table) => table !== TABLE.main && table !== TABLE.local && table !== TABLE.default),
  );
  return ({ action }: Rule) => action.kind === 'lookup' && tables.has(action.table);
}

function priorityOf({ priority }: Rule): number {
  return priority;
}

function pins(rule: Rule, prefix: string, before: number): boolean {
  return (
    rule.to === prefix &&
    rule.priority < before &&
    rule.action.kind === 'lookup' &&
    rule.action.table === TABLE.main
  );
}

function ruleOf({ prefix, priority }: Pin): Rule {
  return {
    priority,
    to: prefix,
    action: { kind: 'lookup', table: TABLE.main },
    protocol: String(PIN_PROTOCOL),
  };
}

function command(verb: 'add' | 'del', { family, prefix, priority }: Pin): string {
  const flag = family === 'ipv4' ? '-4' : '-6';
  return `ip ${flag} rule ${verb} to ${prefix} lookup main priority ${priority} protocol ${PIN_PROTOCOL}`;
}

/** The change that a command of ours stands for; undefined for any other command. */
export function pinChangeOf(command: string): ReturnType<typeof changeOf> | undefined {
  const [, flag, prefix = '', priority] =
    /^ip (-[46]) rule add to ([\da-f.:]+\/\d+) lookup main priority (\d+) protocol 201$/.exec(
      command,
    ) ?? [];
  if (flag === undefined) return undefined;
  const family = flag === '-4' ? 'ipv4' : 'ipv6';
  return changeOf({ family, prefix, priority: Number(priority) });
}

/** `absent`, `ours`, or `foreign` where somebody else has put the very same rule. */
function changeOf(pin: Pin): Extract<Change, { kind: 'shell' }> {
  const flag = pin.family === 'ipv4' ? '-4' : '-6';
  const line = `${pin.priority}: from all to ${prefixText(pin.prefix)} lookup main`;
  const whole = line.replaceAll('.', '\\.');
  return {
    kind: 'shell',
    reads: `r=$(ip ${flag} rule show) || exit 1
r=$(printf '%s\\n' "$r" | tr '\\t' ' ' | sed 's/ *$//')
if printf '%s\\n' "$r" | grep -qx '${whole} proto ${PIN_PROTOCOL}'; then echo ours
elif printf '%s\\n' "$r" | grep -qx -e '${whole}' -e '${whole} proto [^ ]*'; then echo foreign
else echo absent; fi`,
    does: command('add', pin),
    undoes: command('del', pin),
    from: 'absent',
    to: 'ours',
    serves: ['foreign'],
  };
}
