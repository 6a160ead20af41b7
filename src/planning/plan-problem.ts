import { restartText } from '../fixes/csi-controllers-restart.ts';
import { lastingForms } from '../fixes/lasting-pin.ts';
import { pinChangeOf } from '../fixes/pin-lan.ts';
import { maskedEdit } from '../fixes/preference-script.ts';
import { type Change, type Check, GUARD_SECONDS, type Plan, type Step } from '../model/plan.ts';

type ShellChange = Extract<Change, { kind: 'shell' }>;

/** The two questions that fixes of this program ask after a step. */
const ASKED = /^ip (?:-[46] route show table \d+|route get [\da-f.:]+(?: from [\da-f.:]+)?)$/;

/**
 * What is wrong with a plan that comes from a file, which anybody may have edited: what is shown of
 * it before the yes must be what is done, and only what a fix of this program does is done.
 */
export function planProblem(plan: Plan): string | undefined {
  const ids = plan.steps.map(({ id }) => id);
  const twice = ids.find((id, at) => ids.indexOf(id) !== at);
  if (twice !== undefined) return `two steps are called "${twice}"`;
  return plan.steps.flatMap((step) => stepProblem(step, plan) ?? [])[0];
}

function stepProblem(step: Step, plan: Plan): string | undefined {
  const { id, checks, guard } = step;
  if (!/^[\w.-]{1,100}$/.test(id)) return `${JSON.stringify(id)} is no name of a step`;
  if (!isShown(step, plan)) return `step "${id}" does not do what it shows`;
  const strange = checks.find((check) => !isQuestion(check));
  if (strange) return `step "${id}" is checked by "${strange.reads}"`;
  const { least, most } = GUARD_SECONDS;
  if (guard?.how === 'far-timer' && !(guard.afterSeconds >= least && guard.afterSeconds <= most)) {
    return `step "${id}" is taken back after ${guard.afterSeconds} s: it takes ${least} to ${most}`;
  }
  return undefined;
}

function isShown(step: Step, { steps }: Plan): boolean {
  const { change, does } = step;
  switch (change.kind) {
    case 'tailscale-preference': {
      const option = {
        RouteAll: 'accept-routes',
        ExitNodeAllowLANAccess: 'exit-node-allow-lan-access',
      };
      return (
        does.endsWith(` set --${option[change.preference]}=${change.to}`) ||
        does.includes(`'${maskedEdit(change, change.to)}'`)
      );
    }
    case 'shell':
      return isPin(change, does) || isLasting(step, steps);
    case 'truenas-app':
      return does.startsWith(`app.update "${change.app}" `) && does.includes(`:${change.to}}`);
    case 'truenas-init-script':
      return isLasting(step, steps);
    case 'restart-pods':
      return does === restartText(change.selectors);
    case 'person':
      return does === change.text;
  }
}

function isPin(change: ShellChange, does: string): boolean {
  const pin = pinChangeOf(does);
  return pin !== undefined && isSame(pin, change);
}

/** Whether it makes exactly a pin of this plan last, in one of our ways. */
function isLasting({ change, does, undoes }: Step, steps: readonly Step[]): boolean {
  const pins = steps.filter(
    (step) => step.change.kind === 'shell' && isPin(step.change, step.does),
  );
  return pins
    .flatMap((pin) => lastingForms(pin.does))
    .some((form) => isSame(form.change, change) && form.does === does && form.undoes === undoes);
}

function isSame(a: Change, b: Change): boolean {
  const text = (change: Change) => JSON.stringify(Object.entries(change).toSorted());
  return text(a) === text(b);
}

function isQuestion({ reads, matches, lacks }: Check): boolean {
  return ASKED.test(reads) && [...matches, ...lacks].every(isPattern);
}

function isPattern(text: string): boolean {
  try {
    new RegExp(text);
    return true;
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}
