import type { Fix, FixPlan } from '../fixes/fix.ts';
import type { Finding } from '../model/diagnosis.ts';
import type { Effects, Plan } from '../model/plan.ts';
import type { World } from '../routing/world.ts';

/** A fix that can be planned, with what it would do to the way of packets. */
export interface Candidate {
  readonly fix: Fix;
  readonly plan: FixPlan & { readonly is: 'possible' };
  readonly effects: Effects;
  readonly after: World;
}

export function breaks({ flows }: Effects): readonly Effects['flows'][number][] {
  return flows.filter(({ effect }) => effect === 'broken');
}

/** Whether there is nothing in it that this program may do. */
export function isForPerson({ steps }: Pick<Candidate['plan'], 'steps'>): boolean {
  return steps.every(({ change }) => change.kind === 'person');
}

interface Weighed {
  readonly fix: Fix;
  /** Absent where nobody could look at the host. */
  readonly plan: FixPlan | undefined;
}

/** What else was weighed, and why it was not taken. @param chosen Absent where nothing was. */
export function alternativesTo(
  chosen: Candidate | undefined,
  weighed: readonly Weighed[],
  {
    candidates,
    hostName,
  }: { readonly candidates: readonly Candidate[]; readonly hostName: string },
): Plan['alternatives'] {
  return weighed
    .filter(({ fix }) => fix !== chosen?.fix)
    .map(({ fix, plan }) => ({
      fix: fix.id,
      title: fix.title,
      because: plan ? whyNot(fix, plan, candidates) : `nobody could look at ${hostName}`,
    }));
}

function whyNot({ id }: Fix, plan: FixPlan, candidates: readonly Candidate[]): string {
  if (plan.is === 'impossible') return plan.because;
  const effects = candidates.find(({ fix }) => fix.id === id)?.effects;
  const broken = effects ? breaks(effects) : [];
  if (broken.length > 0) return `it would break ${broken.map(({ flow }) => flow).join(', ')}`;
  return isForPerson(plan)
    ? `only a person can do it: --fix ${id} says what`
    : `--fix ${id} takes it`;
}

export function warningsOf(finding: Finding, { plan, effects }: Candidate): string[] {
  const lost = effects.prefixes.filter(({ effect }) => effect === 'worse');
  return [
    ...(finding.certainty === 'likely'
      ? [`the cause is likely, not proven${finding.wouldProve ? `: ${finding.wouldProve}` : ''}`]
      : []),
    ...effects.flows
      .filter(({ kind, effect }) => kind === 'asked' && effect === 'cannot-tell')
      .map(({ flow }) => `the model cannot tell whether it mends ${flow}`),
    ...breaks(effects).map(({ flow, after }) => `breaks ${flow}: afterwards ${after}`),
    ...(lost.length > 0
      ? [
          `loses the way through the VPN to ${[...new Set(lost.flatMap(({ prefixes }) => prefixes))].slice(0, 8).join(', ')}`,
        ]
      : []),
    ...plan.warnings,
  ];
}

export function refusalsOf({ fix, effects }: Candidate): string[] {
  return effects.flows
    .filter(({ kind, effect }) => kind === 'asked' && effect === 'still-broken')
    .map(({ flow, after }) => `${fix.id} would not mend ${flow}: it would still be ${after}`);
}
