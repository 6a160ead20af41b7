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

/** What else was weighed, and why it was not taken. */
export function alternativesTo(
  chosen: Candidate,
  weighed: readonly { fix: Fix; plan: FixPlan | undefined }[],
  candidates: readonly Candidate[],
): Plan['alternatives'] {
  return weighed.flatMap(({ fix, plan }) => {
    if (fix === chosen.fix || !plan) return [];
    const { id, title } = fix;
    if (plan.is === 'impossible') return [{ fix: id, title, because: plan.because }];
    const effects = candidates.find((one) => one.fix === fix)?.effects;
    const broken = effects ? breaks(effects) : [];
    const because =
      broken.length > 0
        ? `it would break ${broken.map(({ flow }) => flow).join(', ')}`
        : plan.steps.every(({ change }) => change.kind === 'person')
          ? 'only a person can do it'
          : `--fix ${id} takes it`;
    return [{ fix: id, title, because }];
  });
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
