import { byHandSteps } from '../fixes/by-hand.ts';
import { csiControllersRestart } from '../fixes/csi-controllers-restart.ts';
import type { Fix, FixCase, FixPlan } from '../fixes/fix.ts';
import { fixes, LASTING } from '../fixes/index.ts';
import type { Diagnosis, Finding } from '../model/diagnosis.ts';
import { type Effects, PLAN_VERSION, type Plan, type Step } from '../model/plan.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { isTailnetAddress } from '../model/tailnet-address.ts';
import { type World, worldOf } from '../routing/world.ts';
import { changeHost, worldWith } from '../routing/world-change.ts';
import { effectsOf } from './effects.ts';
import { hostState } from './host-state.ts';
import { lentCredential } from './lent-credential.ts';
import {
  alternativesTo,
  breaks,
  type Candidate,
  isForPerson,
  refusalsOf,
  warningsOf,
} from './remarks.ts';
import { routeChecks } from './route-checks.ts';
import { actingVantage, apiVantage, isTyped, lookingVantage } from './vantages.ts';

export interface PlanOptions {
  readonly nowUnixMs: number;
  /** Id of the fix to take, whatever is less invasive. */
  readonly fix?: string | undefined;
  /** How long the far host waits for our word before it takes a step back, in seconds. */
  readonly guardSeconds: number;
}

/**
 * What would be done about the first finding of a diagnosis: the least invasive fix that mends the
 * flow in the model and takes no way from a connection that was seen; what goes with it so that it
 * lasts; and what is restarted so that those who wait notice.
 *
 * @returns Undefined when there is no finding.
 * @throws {RangeError} If the fix that was asked for is none of the finding's.
 */
export function makePlan(
  snapshot: Snapshot,
  diagnosis: Diagnosis,
  options: PlanOptions,
): Plan | undefined {
  const [finding] = diagnosis.findings;
  if (!finding) return undefined;
  const world = worldOf(snapshot);
  const c = caseOf(snapshot, finding, { world, guardSeconds: options.guardSeconds });
  const asked = askedFixes(finding, options.fix);
  const weighed = asked.map((fix) => ({ fix, plan: c && fix.plan(c) }));
  const candidates = weighed.flatMap(({ fix, plan }) =>
    c && plan?.is === 'possible' ? [candidate(c, { fix, plan, world })] : [],
  );
  const chosen = options.fix === undefined ? choose(candidates) : candidates[0];
  const base = baseOf(snapshot, diagnosis, finding);
  const common = { ...base, madeAtUnixMs: options.nowUnixMs };
  if (!c || !chosen) {
    const { to } = snapshot.question;
    const host = { id: to, name: diagnosis.hosts[to]?.name ?? to };
    return {
      ...common,
      madeFor: [],
      fix: 'by-hand',
      steps: byHandSteps(finding, host),
      effects: { prefixes: [], flows: [] },
      alternatives: alternativesTo(undefined, weighed, { candidates, hostName: host.name }),
      warnings: [],
      refusals: [],
    };
  }
  const lasting = lastingSteps(c, chosen, finding);
  return {
    ...common,
    madeFor: [hostState(c.host, c.vantage)],
    fix: chosen.fix.id,
    steps: [
      ...withChecks(c, chosen),
      // what waits is made to try again by whoever has done that
      ...(isForPerson(chosen.plan) ? [] : csiControllersRestart(snapshot)),
      ...chosen.plan.steps.filter(({ when }) => when === 'later'),
      ...lasting.steps,
    ],
    effects: chosen.effects,
    alternatives: alternativesTo(chosen, weighed, { candidates, hostName: c.host.name }),
    warnings: [...lentCredential(c.host), ...warningsOf(finding, chosen), ...lasting.warnings],
    refusals: refusalsOf(chosen),
  };
}

function baseOf(snapshot: Snapshot, diagnosis: Diagnosis, finding: Finding) {
  const { question, hosts } = snapshot;
  const urlOf = (id: string) => lookingVantage(hosts[id] ?? { vantages: [] }) ?? id;
  return {
    schema: 'returnpath/plan' as const,
    version: PLAN_VERSION as typeof PLAN_VERSION,
    diagnosis: {
      cause: finding.cause,
      certainty: finding.certainty,
      summary: finding.summary,
      startedUnixMs: diagnosis.startedUnixMs,
    },
    question: {
      from: urlOf(question.from),
      to: urlOf(question.to),
      addresses: [...question.serverAddresses],
      ports: [...question.ports],
      controls: [...question.controls],
      compare: question.compare.map(urlOf),
    },
  };
}

/** The server misroutes, whatever the cause; nobody looked at it: nothing to plan for. */
function caseOf(
  snapshot: Snapshot,
  finding: Finding,
  { world, guardSeconds }: { world: World; guardSeconds: number },
): FixCase | undefined {
  const host = snapshot.hosts[snapshot.question.to];
  const state = world.hosts[snapshot.question.to];
  const vantage = host && actingVantage(host);
  if (!host || !state || vantage === undefined) return undefined;
  const guard = guardFor(host, vantage, guardSeconds);
  return { snapshot, finding, host, state, vantage, api: apiVantage(host), guard };
}

/**
 * Over a network any change to routing may cut the way we came by; a tailnet address all the more.
 * What a person pastes goes the way of a browser, of which nothing is known.
 */
function guardFor(
  { reachedAt, name }: FixCase['host'],
  vantage: string,
  afterSeconds: number,
): Step['guard'] {
  if (isTyped(vantage)) {
    const because = `the shell of ${name} may be cut by it, and nothing there takes it back: have a second way in, such as the console`;
    return { how: 'none', afterSeconds: 0, because };
  }
  if (!/^(?:ssh|truenas):/.test(vantage)) return undefined;
  const place = reachedAt ?? vantage;
  const because = isTailnetAddress(place)
    ? `you reach ${name} over the tailnet (${place})`
    : `the way by which you reach ${name} (${place}) may change`;
  return { how: 'far-timer', afterSeconds, because };
}

function askedFixes({ fixes: ids, cause }: Finding, asked: string | undefined): readonly Fix[] {
  const known = ids.flatMap((id) => fixes.find((fix) => fix.id === id) ?? []);
  if (asked === undefined) return known;
  const found = known.filter(({ id }) => id === asked);
  if (found.length > 0) return found;
  const names = known.map(({ id }) => id).join(', ') || 'none';
  throw new RangeError(`Cannot take the fix "${asked}": for ${cause} there are: ${names}`);
}

function candidate(
  { snapshot, finding, host, state }: FixCase,
  { fix, plan, world }: { fix: Fix; plan: FixPlan & { is: 'possible' }; world: World },
): Candidate {
  const after = worldWith(world, changeHost(state, plan.changes));
  return {
    fix,
    plan,
    after,
    effects: effectsOf({ snapshot, finding, hostId: host.id, before: world, after }),
  };
}

function choose(candidates: readonly Candidate[]): Candidate | undefined {
  const ours = candidates.filter(({ plan }) => !isForPerson(plan));
  return (
    ours.find(({ effects }) => mends(effects) && breaks(effects).length === 0) ??
    ours.find(({ effects }) => mends(effects)) ??
    ours[0]
  );
}

function mends({ flows }: Effects): boolean {
  return !flows.some(({ kind, effect }) => kind === 'asked' && effect === 'still-broken');
}

/** The kernel's own answer is asked after the last step that changes routing. */
function withChecks(c: FixCase, { plan, after }: Candidate): readonly Step[] {
  const now = plan.steps.filter(({ when }) => when === 'now');
  const last = now.at(-1);
  if (!last) return [];
  return [...now.slice(0, -1), { ...last, checks: [...last.checks, ...routeChecks(c, after)] }];
}

function lastingSteps(
  c: FixCase,
  { fix }: Candidate,
  finding: Finding,
): { steps: readonly Step[]; warnings: readonly string[] } {
  const more = LASTING[fix.id];
  if (!more) return { steps: [], warnings: [] };
  const plans = more.map((lasting) => lasting.plan(c));
  const possible = plans.flatMap((plan) => (plan.is === 'possible' ? [plan] : []));
  if (possible.length > 0) {
    return {
      steps: possible.flatMap(({ steps }) => steps),
      warnings: possible.flatMap(({ warnings }) => warnings),
    };
  }
  // where the app's setting was seen to be off already, nothing is left to do
  const isOff = c.host.truenas?.tailscaleApps.seen === true;
  const words = byHandSteps(finding, c.host).filter(({ when }) => when === 'later');
  return { steps: isOff ? [] : words, warnings: [] };
}
