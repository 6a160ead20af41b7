import type { FixCase, FixPlan } from '../../src/fixes/fix.ts';
import type { Finding } from '../../src/model/diagnosis.ts';
import type { HostFacts } from '../../src/model/host.ts';
import { PLAN_VERSION, type Plan } from '../../src/model/plan.ts';
import { SNAPSHOT_VERSION, type Snapshot } from '../../src/model/snapshot.ts';
import { routeChecks } from '../../src/planning/route-checks.ts';
import { type World, worldOf } from '../../src/routing/world.ts';
import { changeHost, worldWith } from '../../src/routing/world-change.ts';

const CLIENT = '10.0.0.197';
const SERVER = '10.0.0.210';

const FINDING: Finding = {
  cause: 'lan-route-captured-by-vpn',
  title: 'A VPN route captures addresses of a connected subnet',
  certainty: 'proven',
  summary: 'the host sends its replies into the tunnel',
  chain: [],
  evidence: [],
  flows: [{ protocol: 'tcp', source: CLIENT, destination: SERVER, destinationPort: 2049 }],
  contrast: [],
  also: [],
  fixes: ['tailscale-stop-accepting-routes', 'pin-lan'],
  byHand: { now: 'tailscale set --accept-routes=false', where: 'the host' },
};

/** The outage as one host alone shows it. */
export function fixCase(facts: HostFacts, vantage: string, guardSeconds: number): FixCase {
  const snapshot: Snapshot = {
    schema: 'returnpath/snapshot',
    version: SNAPSHOT_VERSION,
    startedUnixMs: 0,
    endedUnixMs: 0,
    question: {
      from: CLIENT,
      to: facts.id,
      serverAddresses: [SERVER],
      ports: [2049],
      controls: [],
      compare: [],
    },
    hosts: { [facts.id]: facts },
    failedVantages: [],
    observations: [],
  };
  const state = worldOf(snapshot).hosts[facts.id];
  if (!state) throw new Error('Cannot make a case of a host that was not seen');
  const isTailnet = vantage.includes('100.68.');
  return {
    snapshot,
    finding: FINDING,
    host: facts,
    state,
    vantage,
    api: undefined,
    guard: {
      how: 'far-timer',
      afterSeconds: guardSeconds,
      because: isTailnet ? 'you reach it over the tailnet (100.68.1.2)' : 'the way may change',
    },
  };
}

/** The steps of one fix as a plan, with the checks that a whole plan would have. */
export function planOf(c: FixCase, made: FixPlan & { is: 'possible' }, world: World): Plan {
  const after = worldWith(world, changeHost(c.state, made.changes));
  const last = made.steps.length - 1;
  return {
    schema: 'returnpath/plan',
    version: PLAN_VERSION,
    madeAtUnixMs: 0,
    diagnosis: {
      cause: c.finding.cause,
      certainty: 'proven',
      summary: c.finding.summary,
      startedUnixMs: 0,
    },
    question: {
      from: CLIENT,
      to: c.vantage,
      addresses: [SERVER],
      ports: [],
      controls: [],
      compare: [],
    },
    madeFor: [],
    fix: made.steps[0]?.fix ?? '',
    steps: made.steps.map((step, at) =>
      at === last ? { ...step, checks: [...step.checks, ...routeChecks(c, after)] } : step,
    ),
    effects: { prefixes: [], flows: [] },
    alternatives: [],
    warnings: [],
    refusals: [],
  };
}
