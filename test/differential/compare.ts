import type { Family, NetworkState, Route } from '../../src/model/network.ts';
import { canonicalAddress, prefixLength } from '../../src/model/prefix.ts';
import { decideInput } from '../../src/routing/decide-input.ts';
import { decideOutput } from '../../src/routing/decide-output.ts';
import type { Answer, Decision } from '../../src/routing/decision.ts';
import { compileKernel, type Kernel } from '../../src/routing/kernel.ts';
import { routesByNexthop } from '../../src/routing/nexthop-objects6.ts';
import { type KernelSaid, kernelSaid } from './kernel-answers.ts';
import type { Recording } from './namespace.ts';
import { stateOf } from './read-back.ts';
import type { Query } from './scenario.ts';

export interface Mismatch {
  readonly seed: number;
  readonly family: Family;
  readonly query: Query;
  readonly kernel: KernelSaid;
  readonly engine: Decision;
}

/** Told of every comparison, for the tally. */
export type Observer = (seen: {
  readonly family: Family;
  readonly query: Query;
  readonly kernel: KernelSaid;
  readonly engine: Decision;
}) => void;

export interface Comparison {
  readonly count: number;
  readonly mismatches: readonly Mismatch[];
  readonly state: NetworkState;
}

/** Asks the engine everything the kernel was asked, and holds the answers side by side. */
export function compare(recording: Recording, observe?: Observer): Comparison {
  const state = stateOf(recording);
  const kernel = compileKernel(state);
  const mismatches: Mismatch[] = [];
  const { seed, queries } = recording.scenario;
  for (const family of ['ipv4', 'ipv6'] as const) {
    const said = kernelSaid(recording.answers[family], queries[family].length);
    for (const [at, query] of queries[family].entries()) {
      const answer = said[at] as KernelSaid;
      const engine = decide(kernel, family, query);
      observe?.({ family, query, kernel: answer, engine });
      if (!engine.answers.some((one) => agrees(one, answer, { family, query, state }))) {
        mismatches.push({ seed, family, query, kernel: answer, engine });
      }
    }
  }
  return { count: queries.ipv4.length + queries.ipv6.length, mismatches, state };
}

export function decide(kernel: Kernel, family: Family, query: Query): Decision {
  const { destination, source, iif, oif, mark, tos, uid } = query;
  const { protocol, sourcePort, destinationPort } = query;
  const header = { destination, mark, tos, protocol, sourcePort, destinationPort } as const;
  const asker = 'route-get';
  if (iif === undefined) {
    return decideOutput(kernel, { family, asker, source, oif, uid, ...header });
  }
  const from = source ?? (family === 'ipv4' ? '0.0.0.0' : '::');
  return decideInput(kernel, { family, asker, iif, source: from, ...header });
}

/** Types that `ip -N` prints as numbers. */
const TYPE_NUMBER: Readonly<Record<string, string>> = {
  '1': 'unicast',
  '2': 'local',
  '3': 'broadcast',
  '4': 'anycast',
  '5': 'multicast',
};

interface Context {
  readonly family: Family;
  readonly query: Query;
  readonly state: NetworkState;
}

function agrees(answer: Answer, kernel: KernelSaid, context: Context): boolean {
  if (answer.is === 'error') return kernel.is === 'error' && kernel.errno === answer.errno;
  if (kernel.is === 'error') return isUnprintable(kernel.errno, context);
  return (
    sameType(answer, TYPE_NUMBER[kernel.type] ?? kernel.type, context) &&
    kernel.device === answer.device &&
    sameAddress(kernel.gateway, answer.gateway) &&
    sameTable(answer, kernel.table, context) &&
    sameSource(answer.source, kernel.source, context)
  );
}

/** `route get` cannot print what it found for multicast that came in over IPv6. */
function isUnprintable(errno: string, { family, query }: Context): boolean {
  return errno.endsWith('Message too long') && family === 'ipv6' && query.iif !== undefined;
}

/**
 * What the kernel remembers of an IPv4 nexthop carries the type of the first destination that used
 * it, so multicast and unicast over one nexthop may be called by each other's name. It remembers
 * multicast for routes of four bits and more; routes with equal nexthops share that memory.
 */
function sameType(
  { type, route }: { type: string; route?: Route | undefined },
  printed: string,
  { family, state }: Context,
): boolean {
  if (printed === type) return true;
  const either = printed === 'multicast' || type === 'multicast';
  if (!either || family !== 'ipv4' || route === undefined) return false;
  return state.routes.ipv4.some(
    (other) => prefixLength(other.prefix) >= 4 && sharesNexthop(other, route),
  );
}

function sharesNexthop(a: Route, b: Route): boolean {
  return a.nexthops.some((one) =>
    b.nexthops.some(({ dev, gateway }) => one.dev === dev && one.gateway === gateway),
  );
}

function sameAddress(a: string | undefined, b: string | undefined): boolean {
  return (
    a === b || (a !== undefined && b !== undefined && canonicalAddress(a) === canonicalAddress(b))
  );
}

/** The kernel calls the merged trie main, and prints no table for main and for what comes from none. */
function sameTable(
  { table, route, nexthop }: Extract<Answer, { is: 'route' }>,
  printed: number,
  { family, state }: Context,
): boolean {
  if (table === undefined) return printed === 254;
  if (printed === table) return true;
  if (family === 'ipv6' && route?.nexthopId !== undefined) {
    // what is remembered of a nexthop object names the route that used it first
    return routesByNexthop(state, route, nexthop).some((other) => other.table === printed);
  }
  return family === 'ipv4' && state.localTable !== 'split' && table === 255 && printed === 254;
}

/**
 * IPv4 prints a source only where it is not the one that was asked from. IPv6 prints the one it
 * would choose, also when asked from another, so only unbound questions tell.
 */
function sameSource(
  source: string | undefined,
  printed: string | undefined,
  { family, query }: Context,
): boolean {
  if (query.iif !== undefined) return true;
  if (family === 'ipv4') return sameAddress(printed ?? query.source, source);
  return query.source !== undefined || sameAddress(printed, source);
}
