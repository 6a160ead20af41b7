import { X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import { LAB_ONLY_CERTIFICATE } from '../../lab/host/lab-only-certificate.ts';
import { OutsideError } from '../../model/outside-error.ts';
import type { Act, Ran, Stage } from './stage.ts';

const { fingerprint256 } = new X509Certificate(LAB_ONLY_CERTIFICATE);
const NAS = ['--context', 'admin@homelab', '--to', 'truenas://10.0.0.210'] as const;
/** Pinned as somebody would who has compared it with what the NAS shows. */
const TRUSTED = ['--fingerprint', `SHA256:${fingerprint256}`] as const;

/** Plan, change and proof, with nothing but the API key of the NAS; then all of it taken back. */
export const fixAndUndo: Act = async (stage) => {
  const { stdout } = await fix(stage, { isFirst: true });
  stage.story.say('wrote report.md once more, with what was done');
  const run = /returnpath undo (\S+)/.exec(stdout)?.[1] ?? '';
  await typed(stage, ['undo', run, '--context', 'admin@homelab']);
  stage.story.say('broken again, as it was before:');
  const { stdout: again } = await stage.operator.returnpath(['diagnose', ...NAS, ...TRUSTED]);
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
  story.say('utility$ kubectl returnpath fix --to truenas://10.0.0.210 --yes --later');
  const report = isFirst ? ['--report', join(dir, 'report.md')] : [];
  const args = ['fix', ...NAS, ...TRUSTED, '--yes', '--later', ...report];
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
  story.say(
    `${seconds} s from yes to the last look, every pod running (back-off 10 times shorter)`,
  );
  return ran;
}

/** The checklist has a line for every port from every client; some are enough to watch. */
function isTelling(line: string): boolean {
  return !/^ ok +(?:utility|ts-\S+|the API) /.test(line);
}

async function typed({ operator, story }: Stage, args: readonly string[]): Promise<void> {
  story.say(`utility$ kubectl returnpath ${args.slice(0, 2).join(' ')}`);
  const { code, stdout, stderr } = await operator.returnpath([...args, ...TRUSTED], {
    onStdout: (line) => story.block(line),
  });
  if (code !== 0) throw unlikeTheNight(args[0] ?? '', stdout + stderr);
}

function unlikeTheNight(doing: string, said: string): OutsideError {
  return new OutsideError({
    doing: `${doing} in the demo`,
    found: said.trim().split('\n').slice(-6).join('\n  '),
    next: 'this is not what the demo promises: please report it',
  });
}
