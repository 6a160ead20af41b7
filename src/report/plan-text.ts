import type { ChangedPrefixes, Plan, Step, Way } from '../model/plan.ts';
import { printable } from './printable.ts';
import { stepPlace } from './step-place.ts';

/** More prefixes than anybody reads; the JSON has them all. */
const MOST_PREFIXES = 12;

/**
 * A plan for a terminal: what would be done, in full, how it is taken back and proven, and whose
 * way changes by it.
 */
export function planText(plan: Plan): string {
  const now = plan.steps.filter(({ when }) => when === 'now');
  const later = plan.steps.filter(({ when }) => when === 'later');
  const lines = [
    `PLAN  ${plan.fix}, for: ${plan.diagnosis.summary}.`,
    ...now.flatMap((step, at) => stepLines(step, at === 0 ? 'now' : '')),
    ...later.flatMap((step, at) => stepLines(step, at === 0 ? 'later' : '')),
    ...effectLines(plan),
    ...block(
      'instead',
      plan.alternatives.map(({ fix, because }) => `${fix}: ${because}`),
    ),
    ...block('mind', plan.warnings),
    ...block('REFUSED', plan.refusals),
  ];
  return `${lines.map(printable).join('\n')}\n`;
}

function stepLines(step: Step, label: string): string[] {
  const { what, does, undoes, checks, costs, guard, change } = step;
  const { prompt, reach } = stepPlace(step);
  return [
    field(label, what),
    ...lines(prompt, does),
    ...(reach === undefined ? [] : [sub('by hand', reach)]),
    ...(change.kind === 'person' ? [] : lines('undo', undoes)),
    ...checks.map(({ reads, predicts }) => sub('check', `${reads}  =>  ${predicts}`)),
    ...costs.map((cost) => sub('costs', cost)),
    ...(guard ? [sub('guard', guardWords(guard))] : []),
  ];
}

function guardWords({ how, afterSeconds, because }: NonNullable<Step['guard']>): string {
  return how === 'none'
    ? `NONE: ${because}`
    : `${because}: a timer over there takes it back after ${afterSeconds} s unless a new connection proves that it may stay`;
}

function effectLines({ effects }: Plan): string[] {
  const order = { better: 0, worse: 1, other: 2 } as const;
  const groups = grouped(effects.prefixes).toSorted((a, b) => order[a.effect] - order[b.effect]);
  const flows = effects.flows
    .filter(
      ({ effect, kind }) => effect !== 'same' && !(kind === 'compared' && effect === 'cannot-tell'),
    )
    .map(
      ({ effect, flow, before, after }) => `${effect.padEnd(8)} ${flow}: ${before}, then ${after}`,
    );
  return [
    ...block('flows', flows),
    ...block(
      'changes',
      groups.map(
        ({ packets, prefixes, before, after, effect, because }) =>
          `${effect.padEnd(8)} ${packets} to ${shown(prefixes)}: ${way(before)}, then ${way(after)} (${because})`,
      ),
    ),
  ];
}

/** Ranges that go from the same way to the same way, as one. */
function grouped(all: readonly ChangedPrefixes[]): ChangedPrefixes[] {
  const groups = new Map<string, ChangedPrefixes>();
  for (const one of all) {
    const key = [one.packets, way(one.before), way(one.after), one.effect].join('\n');
    const known = groups.get(key);
    groups.set(key, known ? { ...known, prefixes: [...known.prefixes, ...one.prefixes] } : one);
  }
  return [...groups.values()];
}

function shown(prefixes: readonly string[]): string {
  const short = prefixes
    .slice(0, MOST_PREFIXES)
    .map((prefix) => prefix.replace(prefix.includes(':') ? /\/128$/ : /\/32$/, ''));
  const more = prefixes.length - short.length;
  return `${short.join(' ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function way({ by, gateway, source, rule }: Way): string {
  const via = gateway === undefined ? '' : ` via ${gateway}`;
  const from = source === undefined ? '' : ` from ${source}`;
  const number = rule === undefined ? '' : ` (rule ${rule.split(':')[0]})`;
  return `${by}${via}${from}${number}`;
}

function block(label: string, items: readonly string[]): string[] {
  return items.map((item, index) => field(index === 0 ? label : '', item));
}

function lines(label: string, text: string): string[] {
  return text.split('\n').map((line, index) => sub(index === 0 ? label : '', line));
}

function field(label: string, text: string): string {
  return ` ${label.padEnd(8)} ${text}`;
}

function sub(label: string, text: string): string {
  return `          ${label.padEnd(8)} ${text}`;
}
