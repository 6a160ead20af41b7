import { preferenceScripts } from '../fixes/preference-script.ts';
import type { Change, Plan, Step } from '../model/plan.ts';
import { quoted } from '../model/shell-text.ts';
import { type CheckResult, judgeCheck } from './checks.ts';
import { marked, readingScript, writingScript } from './guarded-script.ts';

type ShellChange = Extract<Change, { kind: 'shell' }>;

/** A step that a person can carry out by typing one line into a shell of that host. */
interface TypedStep {
  readonly step: Step;
  readonly shell: ShellChange;
}

/** What to run on a host where only a person can type: scripts, in the words of a run of ours. */
export interface ByHandScripts {
  /** Changes, as a run would: only from the value that was found; then checks. */
  readonly change: string;
  /** Reads and changes nothing. */
  readonly check: string;
  readonly undo: string;
}

/** @returns Undefined when none of the steps that are due now can be typed. */
export function byHandScripts(plan: Plan): ByHandScripts | undefined {
  const steps = typedSteps(plan);
  if (steps.length === 0) return undefined;
  const check = steps.map(checkBlock).join('\n');
  const write = (direction: 'do' | 'undo', list: readonly TypedStep[]) =>
    list
      .map(({ step, shell }) => `echo rp-step:${step.id}\n${writingScript(shell, direction)}`)
      .join('\n');
  return {
    change: `${write('do', steps)}\n${check}`,
    check,
    undo: write('undo', steps.toReversed()),
  };
}

/** What the output of the change or of the check tells of each step, in the order of the plan. */
export function readByHand(plan: Plan, output: string): readonly CheckResult[] {
  return typedSteps(plan).flatMap(({ step, shell }) => {
    const { id, hostName, checks } = step;
    const blocks = blocksOf(output, `rp-step:${id}`);
    const now = blocks.flatMap((block) => marked(block, 'now') ?? marked(block, 'found') ?? []);
    const failure = blocks.flatMap((block) => marked(block, 'failed') ?? []).at(-1);
    const value = now.at(-1) ?? 'not read';
    const isSo = value === shell.to || shell.serves.includes(value);
    const said = failure === undefined ? value : `${value}, ${failure}`;
    const own = {
      ok: isSo,
      ran: now.length > 0,
      line: `${hostName}: ${id}: ${said}${isSo ? '' : ` (expected: ${shell.to})`}`,
    };
    const text = blocks.join('\n');
    return [own, ...checks.map((check, at) => judgeCheck(check, hostName, answerOf(text, at)))];
  });
}

function typedSteps({ steps }: Plan): TypedStep[] {
  return steps
    .filter(({ when }) => when === 'now')
    .flatMap((step) => {
      const { change } = step;
      if (change.kind === 'shell') return [{ step, shell: change }];
      if (change.kind !== 'tailscale-preference') return [];
      return [{ step, shell: preferenceScripts(change) }];
    });
}

function checkBlock({ step, shell }: TypedStep): string {
  const checks = step.checks.map(
    ({ reads }, at) =>
      `echo rp-check:${at}\n( eval ${quoted(reads)} ) 2>&1\necho "rp-checked:${at}:$?"`,
  );
  return [`echo rp-step:${step.id}`, readingScript(shell), ...checks].join('\n');
}

/** The pieces of the output that follow a line. */
function blocksOf(output: string, line: string): string[] {
  return output.split(/^(?=rp-step:)/m).filter((block) => block.split('\n')[0]?.trim() === line);
}

function answerOf(text: string, at: number): { text: string; ran: boolean } {
  const [, answer, code] =
    new RegExp(`rp-check:${at}\\n([\\s\\S]*?)rp-checked:${at}:(\\d+)`).exec(text) ?? [];
  return { text: (answer ?? '').trim(), ran: code !== undefined && Number(code) < 126 };
}
