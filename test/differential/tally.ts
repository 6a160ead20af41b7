import {
  FAMILIES,
  type Family,
  type NetworkState,
  type Route,
  type Rule,
} from '../../src/model/network.ts';
import type { Decision } from '../../src/routing/decision.ts';
import type { Observer } from './compare.ts';

/** How often each thing took part in a comparison, by group and name. */
export type Tally = Map<string, number>;

/**
 * Counts what decided: selectors and action of the rule, attributes of the route, and what came of
 * it. Where several answers are possible, the first one's rule and route count.
 */
export function tallyInto(tally: Tally): Observer {
  const add = (name: string) => tally.set(name, (tally.get(name) ?? 0) + 1);
  const named = memoised();
  return ({ family, query, kernel, engine }) => {
    add(`asked: ${family} ${query.iif === undefined ? 'output' : 'input'}`);
    for (const part of QUERY_PARTS) if (query[part] !== undefined) add(`asked with: ${part}`);
    add(`outcome: ${family} ${kernel.is === 'route' ? typeName(kernel.type) : kernel.errno}`);
    for (const name of answerNames(family, engine, named)) add(name);
  };
}

function answerNames(family: Family, { answers, dependsOn }: Decision, named: Named): string[] {
  const [first] = answers;
  return [
    ...(first.is === 'error' && first.refusal ? [`refusal: ${family} ${first.refusal}`] : []),
    ...(first.rule ? named(first.rule, ruleNames) : ['decided by: no rule']),
    ...(first.route ? named(first.route, routeNames) : []),
    ...(answers.length > 1 ? dependsOn.map(doubtName) : []),
  ];
}

/** What the namespaces had at all, whether or not it ever decided. */
export function tallyState(tally: Tally, { rules, routes }: NetworkState): void {
  const add = (name: string) => tally.set(name, (tally.get(name) ?? 0) + 1);
  for (const family of FAMILIES) {
    for (const rule of rules[family]) {
      for (const name of ruleNames(rule))
        add(name.replace('decided by: ', `there was: ${family} `));
    }
    for (const { type } of routes[family]) add(`there was: ${family} route type ${type}`);
  }
}

const QUERY_PARTS = [
  'source',
  'oif',
  'mark',
  'tos',
  'protocol',
  'sourcePort',
  'destinationPort',
  'uid',
] as const;
type Named = ReturnType<typeof memoised>;

/** Rules and routes are few and asked often, so their names are worked out once. */
function memoised() {
  const known = new WeakMap<object, readonly string[]>();
  return <T extends object>(value: T, namesOf: (value: T) => readonly string[]) => {
    const names = known.get(value) ?? namesOf(value);
    known.set(value, names);
    return names;
  };
}

function ruleNames(rule: Rule): readonly string[] {
  const { priority: _, action, protocol: __, ...selectors } = rule;
  const selectorNames = Object.keys(selectors).map((name) => `decided by: rule selector ${name}`);
  return [`decided by: rule action ${action.kind}`, ...selectorNames];
}

function routeNames(route: Route): readonly string[] {
  const family = route.prefix.includes(':') ? 'ipv6' : 'ipv4';
  const has = (name: string, is: unknown) => (is ? [`route: ${family} ${name}`] : []);
  const { nexthops } = route;
  return [
    `route type: ${family} ${route.type}`,
    ...has('metric', route.metric > 0),
    ...has('tos', route.tos > 0),
    ...has('src', route.prefSource),
    ...has('from', route.fromPrefix),
    ...has('pref', route.pref && route.pref !== 'medium'),
    ...has('nexthop object', route.nexthopId !== undefined),
    ...has('multipath', nexthops.length > 1),
    ...has('gateway', nexthops[0]?.gateway),
    ...has('gateway of the other family', otherFamily(route)),
    ...has(
      'onlink',
      nexthops.some(({ flags }) => flags.includes('onlink')),
    ),
    ...has(
      'linkdown',
      nexthops.some(({ flags }) => flags.includes('linkdown')),
    ),
    ...has('scope', route.scope !== undefined && route.scope !== 'global'),
  ];
}

function otherFamily({ prefix, nexthops }: Route): boolean {
  const gateway = nexthops[0]?.gateway;
  return gateway !== undefined && gateway.includes(':') !== prefix.includes(':');
}

/** Doubts without the names of particular routes and addresses. */
function doubtName(doubt: string): string {
  const words = doubt.split(' ').filter((word) => !/[\d:]/.test(word));
  return `several answers: ${words.slice(0, 6).join(' ')}`;
}

const TYPE_NAME: Readonly<Record<string, string>> = {
  '1': 'unicast',
  '2': 'local',
  '3': 'broadcast',
  '4': 'anycast',
  '5': 'multicast',
};

function typeName(type: string): string {
  return TYPE_NAME[type] ?? type;
}

export function mergeTally(into: Tally, from: Iterable<readonly [string, number]>): void {
  for (const [name, count] of from) into.set(name, (into.get(name) ?? 0) + count);
}

/** A line for each name, under the headings it came with. */
export function tallyText(tally: Tally): string {
  const groups = new Map<string, string[]>();
  for (const [name, count] of [...tally].sort(([a], [b]) => a.localeCompare(b))) {
    const colon = name.indexOf(': ');
    const group = name.slice(0, colon);
    const line = `  ${String(count).padStart(10)}  ${name.slice(colon + 2)}`;
    groups.set(group, [...(groups.get(group) ?? []), line]);
  }
  return [...groups].map(([group, lines]) => [group, ...lines].join('\n')).join('\n');
}
