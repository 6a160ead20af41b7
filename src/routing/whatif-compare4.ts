import { writeIpv4 } from '../model/address.ts';
import type { Route, Rule } from '../model/network.ts';
import { decideOutput } from './decide-output.ts';
import type { Decision } from './decision.ts';
import { rangeDecision, sameDecision } from './whatif-identity.ts';
import { askSide, gatewayUse, hasSeveral, type Side4 } from './whatif-side4.ts';

/** From here on, destinations are groups and everybody. */
const MULTICAST = 0xe0000000;

/** What decides before and after; two changes that are equal in all of it are the same change. */
export interface Change4 {
  readonly ruleBefore: Rule | undefined;
  readonly ruleAfter: Rule | undefined;
  readonly routeBefore: Route | undefined;
  readonly routeAfter: Route | undefined;
  /** The rest of both answers. */
  readonly rest: string;
}

export function isLike(a: Change4, b: Change4): boolean {
  return (
    a.routeBefore === b.routeBefore &&
    a.routeAfter === b.routeAfter &&
    a.ruleBefore === b.ruleBefore &&
    a.ruleAfter === b.ruleAfter &&
    a.rest === b.rest
  );
}

/**
 * A comparison of two states that share their rules and routes: what changes for a destination,
 * `undefined` when nothing does.
 *
 * @param sameUse Whoever takes the same route in both states takes it in the same way.
 */
export function compare4(
  [was, is]: readonly [Side4, Side4],
  { sameUse }: { readonly sameUse: boolean },
): (destination: number) => Change4 | undefined {
  const careful = [was, is].some(({ kernel }) => kernel.state.localTable === 'unknown');
  const gateways = new Map<string, boolean>();

  return (destination) => {
    if (careful || destination >= MULTICAST || destination === 0) {
      return compareAll([was, is], destination);
    }
    askSide(was, destination);
    askSide(is, destination);
    if (hasSeveral(was) || hasSeveral(is)) return compareAll([was, is], destination);
    if (isSame(was, is)) {
      return sameUse || sameGateway() ? undefined : compareAll([was, is], destination);
    }
    return {
      ruleBefore: was.rule,
      ruleAfter: is.rule,
      routeBefore: was.route,
      routeAfter: is.route,
      rest: `${was.error} ${was.device} ${was.source} ${is.error} ${is.device} ${is.source}`,
    };
  };

  /** Whether both states send to the gateway of this nexthop, or both do not. */
  function sameGateway(): boolean {
    const { table, row, hop, device } = was.out;
    if (!table || row < 0 || hop < 0) return true;
    const name = `${table.tableId[row]} ${table.hopGateway[hop]} ${device}`;
    const known = gateways.get(name);
    if (known !== undefined) return known;
    const same = gatewayUse(was) === gatewayUse(is);
    gateways.set(name, same);
    return same;
  }
}

function isSame(was: Side4, is: Side4): boolean {
  return (
    was.route === is.route &&
    was.rule === is.rule &&
    was.error === is.error &&
    was.device === is.device &&
    was.source === is.source
  );
}

/** The careful way: every answer that either state may give. */
function compareAll(sides: readonly [Side4, Side4], destination: number): Change4 | undefined {
  const address = writeIpv4(destination);
  const [before, after] = [decisionAt(sides[0], address), decisionAt(sides[1], address)];
  if (sameDecision(before, after)) return undefined;
  const others = [before, after].map(({ answers }) =>
    answers.map(({ rule, route, ...rest }, at) => (at === 0 ? rest : { rule, route, ...rest })),
  );
  return {
    ruleBefore: before.answers[0].rule,
    ruleAfter: after.answers[0].rule,
    routeBefore: before.answers[0].route,
    routeAfter: after.answers[0].route,
    rest: JSON.stringify(others),
  };
}

/** What one state says of a destination, as it is said of a range. */
export function decisionAt({ kernel, template }: Side4, destination: string): Decision {
  return rangeDecision(decideOutput(kernel, { ...template, destination }));
}
