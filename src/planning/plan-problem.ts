import { restartText } from '../fixes/csi-controllers-restart.ts';
import { lastingChanges } from '../fixes/lasting-pin.ts';
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

function isShown({ change, does }: Step, { steps }: Plan): boolean {
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
      return isOurs(change, does, steps);
    case 'truenas-app':
      return does.startsWith(`app.update "${change.app}" `) && does.includes(`:${change.to}}`);
    case 'truenas-init-script': {
      const { command, when, comment } = change;
      const script = JSON.stringify({ type: 'COMMAND', command, when, comment });
      return does === `initshutdownscript.create ${script}`;
    }
    case 'restart-pods':
      return does === restartText(change.selectors);
    case 'person':
      return does === change.text;
  }
}

/** The pin, or what makes exactly the pins of this plan last. */
function isOurs(change: ShellChange, does: string, steps: readonly Step[]): boolean {
  const pin = pinChangeOf(change.does);
  if (pin) return does === change.does && isSame(pin, change);
  const pins = steps.filter(({ fix, when }) => fix === 'pin-lan' && when === 'now');
  return lastingChanges(pins.map((step) => step.does)).some((lasting) => isSame(lasting, change));
}

function isSame(a: ShellChange, b: ShellChange): boolean {
  const text = ({ reads, does, undoes, from, to, serves }: ShellChange) =>
    JSON.stringify([reads, does, undoes, from, to, serves]);
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
