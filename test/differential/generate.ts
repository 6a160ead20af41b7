import { addressSteps, laterAddressSteps } from './generate-addresses.ts';
import { linkLossSteps, linkSteps, sysctlSteps } from './generate-links.ts';
import { neighbourSteps4, nexthopSteps4, OWN_GATEWAY, routeSteps4 } from './generate-routes4.ts';
import { contestSteps6, neighbourSteps6, nexthopSteps6, routeSteps6 } from './generate-routes6.ts';
import { ruleSteps, splittingSteps } from './generate-rules.ts';
import { queriesOf } from './queries.ts';
import { randomOf } from './random.ts';
import type { Scenario, Step } from './scenario.ts';

/** A random namespace and `queries` random questions about it, half of them for each family. */
export function generate(seed: number, queries: number): Scenario {
  const random = randomOf(seed);
  const routes = random.pick([5, 20, 60, 200]);
  const rules = random.pick([0, 0, 3, 12, 12, 40]);
  // Deleting the plain route of an IPv6 prefix can make the kernel lose its source-specific ones
  // (docs/lab/routing-ipv6.md), so nothing is deleted where there are any.
  const deletes = random.oneIn(2);
  const steps: Step[] = [
    ...linkSteps(random),
    ...(deletes ? [] : linkLossSteps(random)),
    ...sysctlSteps(random),
    ...addressSteps(random),
    ...withoutOwn(nexthopSteps4(random), deletes),
    ...nexthopSteps6(random),
    ...withoutOwn(routeSteps4(random, routes), deletes),
    ...routeSteps6(random, { count: routes, sources: !deletes }),
    ...ruleSteps(random, 'ipv4', rules),
    ...ruleSteps(random, 'ipv6', rules),
    ...(random.oneIn(3) ? splittingSteps('ipv4') : []),
    ...(deletes ? [...linkLossSteps(random), ...laterAddressSteps(random)] : []),
    ...neighbourSteps4(random),
    ...neighbourSteps6(random),
    ...contestSteps6(random),
  ];
  const ask = (family: 'ipv4' | 'ipv6') =>
    queriesOf(random, { steps, family, count: Math.ceil(queries / 2) });
  return { seed, steps, queries: { ipv4: ask('ipv4'), ipv6: ask('ipv6') } };
}

/** Nothing is sent through an address of this host where that may cease to be one. */
function withoutOwn(steps: readonly Step[], deletes: boolean): readonly Step[] {
  return deletes ? steps.filter(({ text }) => !text.includes(`via ${OWN_GATEWAY} `)) : steps;
}
