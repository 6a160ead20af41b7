import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { diagnose } from '../diagnose/diagnose.ts';
import { seen } from '../model/fact.ts';
import { Plan, type Step } from '../model/plan.ts';
import { Snapshot } from '../model/snapshot.ts';
import { makePlan } from './make-plan.ts';
import { planProblem } from './plan-problem.ts';

const RECORDED = Snapshot.parse(
  JSON.parse(readFileSync('recordings/accept-routes.snapshot.json', 'utf8')),
);

/** As it is read from a file. */
function planFor(fix?: string, tools: Record<string, string> = {}): Plan {
  const nas = RECORDED.hosts[RECORDED.question.to];
  if (!nas) throw new Error('the recording has no NAS');
  const hosts = { ...RECORDED.hosts, [nas.id]: { ...nas, tools: seen(tools, 'command -v', 0) } };
  const snapshot = { ...RECORDED, hosts };
  const plan = makePlan(snapshot, diagnose(snapshot), { nowUnixMs: 1, guardSeconds: 60, fix });
  return Plan.parse(JSON.parse(JSON.stringify(plan)));
}

const restart: Step = {
  ...{ id: 'r', fix: 'csi-controllers-restart', when: 'now', host: 'cluster', hostName: 'c' },
  ...{ vantage: '', what: '', undoes: '', checks: [], costs: [] },
  does: 'kubectl -n csi delete pod -l app=x',
  change: { kind: 'restart-pods', selectors: [{ namespace: 'csi', labels: 'app=x' }], waitMs: 1 },
};

describe('planProblem()', () => {
  test.each([
    { of: 'the preference', plan: planFor() },
    { of: 'the pin', plan: planFor('pin-lan') },
    { of: 'the pin by a unit', plan: planFor('pin-lan', { systemctl: '' }) },
    { of: 'the pin by midclt', plan: planFor('pin-lan', { midclt: '' }) },
    { of: 'pods', plan: { ...planFor(), steps: [restart] } },
  ])('finds nothing wrong with a plan of $of', ({ plan }) => {
    expect(planProblem(plan)).toBeUndefined();
  });

  const edited = (
    change: (step: Step) => Partial<Step>,
    plan = planFor('pin-lan', { midclt: '' }),
  ) => ({
    ...plan,
    steps: plan.steps.map((step) => ({ ...step, ...change(step) })),
  });
  const shell = (part: object) => (step: Step) =>
    ({ change: { ...step.change, ...part } }) as Partial<Step>;

  test.each([
    { when: 'it does something else', plan: edited(shell({ does: 'reboot' })) },
    { when: 'its undo does something else', plan: edited(shell({ undoes: 'reboot' })) },
    { when: 'reading does something else', plan: edited(shell({ reads: 'reboot' })) },
    { when: 'it shows something else', plan: edited(() => ({ does: 'true' })) },
    { when: 'it shows another undo of what lasts', plan: edited(() => ({ undoes: 'true' })) },
    { when: 'the other way is written', plan: edited(shell({ to: true }), planFor()) },
    {
      when: 'other pods are restarted',
      plan: edited(shell({ selectors: [{ namespace: 'x', labels: '' }] }), {
        ...planFor(),
        steps: [restart],
      }),
    },
  ])('tells when $when', ({ plan }) => {
    expect(planProblem(plan)).toMatch(/^step ".*" does not do what it shows$/);
  });

  const check = { host: 'x', vantage: 'x', predicts: 'x', matches: [], lacks: [] };
  test.each([
    { when: 'a check is no question', change: { checks: [{ ...check, reads: 'reboot' }] } },
    {
      when: 'a check can never be made',
      change: { checks: [{ ...check, reads: 'ip route get 10.0.0.1', matches: ['('] }] },
    },
    { when: 'a name is none', change: { id: '$(reboot)' } },
    { when: 'two have one name', change: { id: 'same' } },
    {
      when: 'a timer never ends',
      change: { guard: { how: 'far-timer' as const, afterSeconds: 0, because: 'x' } },
    },
  ])('tells when $when', ({ change }) => {
    expect(planProblem(edited(() => change))).toBeDefined();
  });
});
