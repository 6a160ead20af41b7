import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { PROTOCOL_NUMBER } from '../../src/model/flow.ts';
import { canonicalAddress } from '../../src/model/prefix.ts';
import { decideOutput } from '../../src/routing/decide-output.ts';
import type { Answer } from '../../src/routing/decision.ts';
import { compileKernel } from '../../src/routing/kernel.ts';
import { type LivePlan, livePlan, type Trial } from './live-plan.ts';
import type { Part } from './namespace.ts';
import { stateOf } from './read-back.ts';
import { mergeTally, type Tally } from './tally.ts';

interface LiveOutcome {
  readonly state: Readonly<Record<Part, string>>;
  readonly errors: readonly (string | null)[];
  readonly seen: readonly {
    readonly device: string;
    readonly source: string;
    readonly destination: string;
    readonly port: number;
  }[];
}

export interface LiveMismatch {
  readonly seed: number;
  readonly trial: Trial;
  /** `DEVICE from SOURCE`, or an error. */
  readonly kernel: string;
  readonly engine: readonly string[];
}

export interface LiveResult {
  readonly sockets: number;
  readonly mismatches: readonly LiveMismatch[];
  readonly tally: Tally;
}

/**
 * Opens real sockets in fresh namespaces and looks where their first packet leaves, and from which
 * address. Needs tcpdump.
 *
 * @param root The work tree.
 */
export async function trySockets(root: string, seeds: readonly number[]): Promise<LiveResult> {
  const folder = mkdtempSync(join(tmpdir(), 'returnpath-sockets-'));
  try {
    const program = join(folder, 'live-child.mjs');
    await bundleChild(root, program);
    const tally: Tally = new Map();
    const mismatches: LiveMismatch[] = [];
    for (const seed of seeds) {
      const plan = livePlan(seed);
      const outcome = runPlan({ folder, program, plan });
      mismatches.push(...judge({ seed, plan, outcome }, tally));
    }
    return { sockets: [...tally.values()].reduce((sum, one) => sum + one, 0), mismatches, tally };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function bundleChild(root: string, outfile: string): Promise<void> {
  await build({
    absWorkingDir: root,
    entryPoints: ['test/differential/live-child.ts'],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    logLevel: 'silent',
  });
}

function runPlan({
  folder,
  program,
  plan,
}: {
  folder: string;
  program: string;
  plan: LivePlan;
}): LiveOutcome {
  const file = join(folder, 'plan.json');
  writeFileSync(file, JSON.stringify(plan));
  const user = process.getuid?.() === 0 ? [] : ['-Ur'];
  // a PID namespace of its own: whatever the sockets started ends with it
  const args = [...user, '-n', '-p', '-f', '--mount-proc', '--kill-child', process.execPath];
  const run = spawnSync('unshare', [...args, program, file], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  if (run.status !== 0) throw new Error(`Cannot try sockets: ${run.status} ${run.stderr}`);
  return JSON.parse(run.stdout) as LiveOutcome;
}

function judge(
  { seed, plan, outcome }: { seed: number; plan: LivePlan; outcome: LiveOutcome },
  tally: Tally,
): LiveMismatch[] {
  const kernel = compileKernel(stateOf({ state: outcome.state }));
  const mismatches: LiveMismatch[] = [];
  for (const [at, trial] of plan.trials.entries()) {
    const { answers } = decideOutput(kernel, {
      ...trial,
      asker: trial.kind,
      protocol: trial.kind.startsWith('udp') ? PROTOCOL_NUMBER.udp : PROTOCOL_NUMBER.tcp,
    });
    const engine = answers.map(answerText);
    const said = kernelText(outcome, { trial, at, engine });
    const bound = trial.source === undefined ? 'unbound' : 'bound';
    mergeTally(tally, [[`socket: ${trial.family} ${trial.kind} ${bound}`, 1]]);
    if (!engine.includes(said)) mismatches.push({ seed, trial, kernel: said, engine });
  }
  return mismatches;
}

function answerText(answer: Answer): string {
  return answer.is === 'error' ? answer.errno : `${answer.device} from ${answer.source}`;
}

function kernelText(
  { errors, seen }: LiveOutcome,
  { trial, at, engine }: { trial: Trial; at: number; engine: readonly string[] },
): string {
  // nobody is told when there is no way for an answer
  const silent =
    trial.kind === 'reply' ? engine.find((answer) => !answer.includes(' from ')) : undefined;
  const left = seen.find(
    ({ destination, port }) =>
      destination === canonicalAddress(trial.destination) && port === trial.destinationPort,
  );
  if (left) return `${left.device} from ${left.source}`;
  return errors[at] ?? silent ?? 'nothing';
}
