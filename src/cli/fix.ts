import { createInterface } from 'node:readline/promises';
import { Command, InvalidArgumentError } from 'commander';
import { GUARD_SECONDS, type Plan, type Step } from '../model/plan.ts';
import { toMarkdown } from '../report/markdown.ts';
import { planText } from '../report/plan-text.ts';
import { applyPlan, type Planned, planFix, type RunSurroundings } from '../session/fix-session.ts';
import { pastedResult, pasteFix } from '../session/paste-fix.ts';
import { EXIT, exitCodeOfLook } from './exit-codes.ts';
import { untilInterrupted } from './interrupted.ts';
import { openedBeforehand } from './open-beforehand.ts';
import { readPlan } from './plan-file.ts';
import { type QuestionOptions, requestOf, withQuestionOptions } from './question-options.ts';
import { load, localOffsetMinutes, render, save } from './render.ts';
import { finishRun, realRunSurroundings, say, verifierOf } from './run-surroundings.ts';

interface Options extends QuestionOptions {
  readonly file?: string;
  readonly output?: string;
  readonly plan?: boolean;
  readonly yes?: boolean;
  readonly later?: boolean;
  readonly fix?: string;
  readonly guard: number;
  readonly report?: string;
  readonly print?: boolean;
  readonly answer?: string;
}

const BORROWED =
  'MIND  it acts on the NAS with the credential of the CSI driver, from its Secret, as you asked';

const NO_REPORT =
  'Cannot write --report of a saved plan: it does not hold what was seen\n  try: returnpath runs RUN tells what was done';

/** Long enough for a slow login over the tailnet, short enough to wait for. */
const USUAL_GUARD_SECONDS = 60;

const EXAMPLES = `
Looks as diagnose does, shows what it would do, in full and with its undo, and asks. What it does is
written down before it is done: runs lists it, undo takes it back, resume goes on after a crash.

Examples:
  returnpath fix --from ssh://root@10.0.0.197 --to ssh://admin@10.0.0.210 --sudo
  returnpath fix --to truenas://10.0.0.210 --plan -o plan.json     only show, and save
  returnpath fix -f plan.json --yes                                apply a saved plan
  returnpath fix --to ssh://admin@10.0.0.210 --sudo --fix pin-lan  keep accepted routes
  returnpath fix --from ssh://root@10.0.0.197 --to paste:nas.paste --print --sudo -o plan.json
  returnpath fix -f plan.json --answer copied.txt                  did the pasted line help?

Exit status: 0 applied, or nothing to fix; 1 a plan was shown and not applied, or it was applied
and something on the checklist is not well, or what makes it last was not done; 2 cannot tell what is
wrong; 3 wrong usage; 4 something outside failed before anything was changed; 5 a step of the fix
failed, or Ctrl-C ended it, and everything was taken back; 6 something is neither done nor taken
back, and the message says what; 130 interrupted before anything was changed.`;

export function fixCommand(): Command {
  return withQuestionOptions(new Command('fix'))
    .description(
      'mend what diagnose finds: plan, show, ask, apply, prove; every step can be undone',
    )
    .option('--plan', 'show the plan and do nothing')
    .option('--yes', 'apply it without asking')
    .option('--later', 'also do what makes it last, which may restart an app')
    .option('--fix <id>', 'take this fix instead of the least invasive one')
    .option(
      '--guard <seconds>',
      'how long a remote host waits for our word',
      guard,
      USUAL_GUARD_SECONDS,
    )
    .option('--print', 'print change, check and undo as lines to paste into the shell of the NAS')
    .option('--answer <file>', 'with -f: read what such a line printed there; - is stdin')
    .option('--report <file>', 'write the incident with what was done, as Markdown')
    .option('-f, --file <plan>', 'apply a saved plan; - is stdin')
    .option('-o, --output <file>', 'save the plan as JSON')
    .addHelpText('after', EXAMPLES)
    .action(run);
}

async function run(options: Options): Promise<void> {
  if (options.report !== undefined && options.file !== undefined) {
    throw new SyntaxError(NO_REPORT);
  }
  const signal = untilInterrupted();
  const surroundings = realRunSurroundings(options);
  const { plan, diagnosis } =
    options.file === undefined
      ? await newPlan(options, surroundings, signal)
      : { plan: await readPlan(options.file), diagnosis: undefined };
  if (!plan) return;
  await showPlan(plan, options);
  const when: Step['when'][] = options.later ? ['now', 'later'] : ['now'];
  process.exitCode = EXIT.causeFound;
  if (options.answer !== undefined) return tellAnswer(plan, options.answer);
  // a plan that refuses itself is not handed to a person either
  if (plan.refusals.length > 0) return;
  if (options.print) return printLines(plan, options.sudo === true);
  if (options.plan || !(await isWanted(options, plan, when))) return;
  const verify = verifierOf(options, surroundings, signal);
  const end = await applyPlan(plan, when, surroundings, { signal, tell: say, verify });
  finishRun(end, options);
  if (options.report !== undefined && diagnosis) {
    const offset = localOffsetMinutes(diagnosis.startedUnixMs);
    await save(options.report, toMarkdown(diagnosis, offset, end));
  }
}

async function showPlan(plan: Plan, { useCsiCredential, output }: Options): Promise<void> {
  if (useCsiCredential) console.log(BORROWED);
  process.stdout.write(planText(plan));
  if (output !== undefined) await save(output, `${JSON.stringify(plan)}\n`);
}

/** Undefined where nothing is broken, or nobody can tell what; then the diagnosis was printed. */
async function newPlan(
  options: Options,
  real: RunSurroundings,
  signal: AbortSignal,
): Promise<Planned> {
  const request = await requestOf(options);
  const urls = [request.from, request.to, ...request.compare].filter((url) => url !== undefined);
  const surroundings = await openedBeforehand(urls, real, {
    options: request.vantage,
    signal,
  });
  const planned = await planFix(request, surroundings, {
    signal,
    fix: options.fix,
    guardSeconds: options.guard,
    onProgress: process.stderr.isTTY ? (line) => console.error(line) : undefined,
  });
  process.stdout.write(render(planned.diagnosis, 'text', false));
  signal.throwIfAborted();
  if (!planned.plan) {
    process.exitCode = exitCodeOfLook(planned.diagnosis, planned.snapshot, request);
  }
  return planned;
}

/** For a host that only a browser reaches: lines for its shell, as those of `ask nas`. */
async function printLines(plan: Plan, sudo: boolean): Promise<void> {
  const { change, check, undo } = await pasteFix(plan, { sudo });
  const host = plan.steps[0]?.hostName ?? 'the NAS';
  console.log(`\nIn the shell of ${host} (TrueNAS: System > Shell).`);
  console.log(
    'Nothing over there takes it back by itself: keep the undo at hand, and a way in beside this browser.',
  );
  console.log(
    `\nThe change, which only happens from the state that was seen, and its check:\n${change}`,
  );
  console.log(`\nThe check alone:\n${check}`);
  console.log(`\nThe undo:\n${undo}`);
  console.log('\nThen put what it printed into a file: returnpath fix -f PLAN --answer FILE');
}

async function tellAnswer(plan: Plan, file: string): Promise<void> {
  const results = await pastedResult(plan, await load(file));
  for (const { ok, ran, line } of results) say(`${ok ? 'ok ' : ran ? 'BAD' : '?  '}  ${line}`);
  const isWrong = results.some(({ ok, ran }) => ran && !ok);
  const isUnknown = results.some(({ ran }) => !ran);
  process.exitCode = isWrong ? EXIT.causeFound : isUnknown ? EXIT.cannotTell : EXIT.ok;
}

async function isWanted(
  { yes }: Options,
  { steps }: Plan,
  when: readonly Step['when'][],
): Promise<boolean> {
  const ours = steps.filter((step) => when.includes(step.when) && step.change.kind !== 'person');
  if (ours.length === 0) {
    console.error(
      'not applied: nothing of it is for this program to do\n  try: do what stands under "you", then returnpath verify with the same options',
    );
    return false;
  }
  if (yes) return true;
  if (!process.stdin.isTTY) {
    console.error('not applied: nobody to ask; --yes applies it');
    return false;
  }
  const isTold = await isYes(
    `Do ${ours.length === 1 ? 'this' : `these ${ours.length} steps`} now? [y/N] `,
  );
  if (!isTold) console.error('not applied: nothing was changed');
  return isTold;
}

/** Ctrl-C and the end of the input are a no. */
async function isYes(question: string): Promise<boolean> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const no = new AbortController();
  lines.once('SIGINT', () => no.abort()).once('close', () => no.abort());
  try {
    const answer = await lines.question(question, { signal: no.signal });
    return /^y(?:es)?$/i.test(answer.trim());
  } catch (error) {
    if (no.signal.aborted) return false;
    throw error;
  } finally {
    lines.close();
  }
}

function guard(value: string): number {
  const { least, most } = GUARD_SECONDS;
  const number = Number(value);
  if (!Number.isInteger(number) || number < least || number > most) {
    throw new InvalidArgumentError(`a whole number of seconds from ${least} to ${most}`);
  }
  return number;
}
