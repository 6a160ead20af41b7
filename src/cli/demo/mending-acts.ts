import { X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import { LAB_ONLY_CERTIFICATE } from '../../lab/host/lab-only-certificate.ts';
import { OutsideError } from '../../model/outside-error.ts';
import { questionFromTheNode, typedLike } from './diagnosis-acts.ts';
import type { Act, Ran, Stage } from './stage.ts';

const { fingerprint256 } = new X509Certificate(LAB_ONLY_CERTIFICATE);
/** Pinned as somebody would who has compared it with what the NAS shows. */
const TRUSTED = ['--fingerprint', `SHA256:${fingerprint256}`] as const;

/** What is asked about, and the way to the NAS: its API key alone, where it has a web shell. */
function questionOf({ lab, hasCluster, hasWebShell }: Stage): readonly string[] {
  if (!hasCluster) return questionFromTheNode(lab.id);
  if (!hasWebShell) return ['--to', `lab://${lab.id}/nas`];
  return ['--to', 'truenas://10.0.0.210', ...TRUSTED];
}

function typedQuestion(stage: Stage): string {
  const unsaid: readonly string[] = TRUSTED;
  const said = questionOf(stage).filter((word) => !unsaid.includes(word));
  return typedLike(said, stage.lab.id);
}

/** Plan, change and proof, with nothing but the API key of the NAS; then all of it taken back. */
export const fixAndUndo: Act = async (stage) => {
  const { stdout } = await fix(stage, { isFirst: true });
  stage.story.say('wrote report.md once more, with what was done');
  const run = /returnpath undo (\S+)/.exec(stdout)?.[1] ?? '';
  await undo(stage, run);
  stage.story.say('broken again, as it was before:');
  const { stdout: again } = await stage.operator.returnpath(['diagnose', ...questionOf(stage)]);
  stage.story.block(again.split('\n')[0] ?? '');
  if (!again.startsWith('PROVEN')) throw unlikeTheNight('take the fix back', again);
  return undefined;
};

/** Once more, to leave it whole. */
export const fixAgain: Act = async (stage) => {
  await fix(stage, { isFirst: false });
  return undefined;
};

/** The first time with the plan in full, and written up: that is when pods hang. */
async function fix(stage: Stage, { isFirst }: { readonly isFirst: boolean }): Promise<Ran> {
  const { story, operator, dir } = stage;
  story.say(`utility$ returnpath fix ${typedQuestion(stage)} --yes --later`);
  const report = isFirst ? ['--report', join(dir, 'report.md')] : [];
  const args = ['fix', ...questionOf(stage), '--yes', '--later', ...report];
  let part: 'diagnosis' | 'plan' | 'run' = 'diagnosis';
  let saidYesMs = 0;
  const ran = await operator.returnpath(args, {
    onStdout(line) {
      if (line.startsWith('PLAN ')) part = 'plan';
      else if (part === 'plan' && !line.startsWith(' ')) {
        part = 'run';
        saidYesMs = performance.now();
      }
      if (part === 'run' ? isTelling(line) : part === 'plan' && isFirst) story.block(line);
    },
  });
  if (ran.code !== 0) throw unlikeTheNight('fix the outage', ran.stdout + ran.stderr);
  const seconds = ((performance.now() - saidYesMs) / 1000).toFixed(1);
  // the second time no pod hung, and none was looked at
  const pods = stage.hasCluster && isFirst ? ', every pod running (back-off 10 times shorter)' : '';
  story.say(`${seconds} s from yes to the last look${pods}`);
  return ran;
}

/** The checklist has a line for every port from every client; some are enough to watch. */
function isTelling(line: string): boolean {
  return !/^ ok +(?:utility|ts-\S+|the API) /.test(line);
}

async function undo({ operator, story, hasCluster }: Stage, run: string): Promise<void> {
  story.say(`utility$ returnpath undo ${run}`);
  const reach = hasCluster ? TRUSTED : [];
  const { code, stdout, stderr } = await operator.returnpath(['undo', run, ...reach], {
    onStdout: (line) => story.block(line),
  });
  if (code !== 0) throw unlikeTheNight('undo', stdout + stderr);
}

function unlikeTheNight(doing: string, said: string): OutsideError {
  return new OutsideError({
    doing: `${doing} in the demo`,
    found: said.trim().split('\n').slice(-6).join('\n  '),
    next: 'this is not what the demo promises: please report it',
  });
}
