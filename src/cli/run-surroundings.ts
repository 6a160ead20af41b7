import { leftForLater, standOf } from '../model/run.ts';
import { openKubernetes } from '../platform/kubernetes/kubernetes.ts';
import { runStoreIn, runsFolder } from '../platform/runs/run-store.ts';
import { checklistText } from '../report/checklist-text.ts';
import { printable } from '../report/printable.ts';
import type { RunEnd, RunOptions, RunSurroundings } from '../session/fix-session.ts';
import { DEFAULT_DEADLINE_MS, DEFAULT_PROBE_TIMEOUT_MS } from '../session/request.ts';
import { questionOf, verify } from '../session/verify.ts';
import { type ClusterOptions, kubeOptions } from './cluster-options.ts';
import { EXIT } from './exit-codes.ts';
import { askPassword } from './password.ts';
import { sameReach } from './same-reach.ts';
import { realSurroundings } from './surroundings.ts';
import { type TruenasOptions, truenasLogin } from './truenas-login.ts';

export interface ReachOptions extends ClusterOptions, TruenasOptions {
  readonly sudo?: boolean;
}

/** The real world, for carrying out a plan. */
export function realRunSurroundings(options: ReachOptions): RunSurroundings {
  let cluster: ReturnType<typeof openKubernetes> | undefined;
  return {
    ...realSurroundings(),
    store: runStoreIn(runsFolder(process.env)),
    vantage: {
      ...(options.sudo ? { sudo: true, sudoPassword: askPassword } : {}),
      truenas: truenasLogin(options),
      kube: kubeOptions(options),
    },
    cluster: () => {
      cluster ??= openKubernetes(kubeOptions(options));
      return cluster;
    },
  };
}

/** Time for pods in back-off and for mounts, and for an app that starts anew. */
const WELL_WITHIN_MS = { cluster: 10 * 60_000, plain: 15_000 };

/** Goes through the checklist after a run, until all is well or the time for that is over. */
export function verifierOf(
  options: ReachOptions,
  surroundings: RunSurroundings,
  signal: AbortSignal,
): NonNullable<RunOptions['verify']> {
  return async (plan, leftForLater) => {
    const restarts = plan.steps.some(({ change }) => change.kind === 'restart-pods');
    const request = questionOf(plan, {
      deadlineMs: DEFAULT_DEADLINE_MS,
      probeTimeoutMs: DEFAULT_PROBE_TIMEOUT_MS,
      vantage: surroundings.vantage,
      ...(restarts ? { cluster: { kube: kubeOptions(options) } } : {}),
    });
    const { checklist } = await verify(request, surroundings, {
      withinMs: restarts ? WELL_WITHIN_MS.cluster : WELL_WITHIN_MS.plain,
      holdMs: 0,
      signal,
      later: leftForLater.some(({ change }) => change.kind === 'truenas-app')
        ? ['app-accept-routes-off']
        : [],
      onLook: (look) => {
        if (look.is !== 'ok') console.log(checklistText(look).split('\n')[0]);
      },
    });
    return checklist;
  };
}

/** Tells one line of a run: far hosts and APIs have a word in it. */
export function say(line: string): void {
  console.log(printable(line));
}

/** How a run ended, in words and as an exit status. */
export function finishRun(end: RunEnd, options: ReachOptions): void {
  const { runId, outcome, why, checklist, unseen } = end;
  const more = sameReach(options);
  const undo = `returnpath undo ${runId}${more}`;
  switch (outcome) {
    case 'applied':
      if (checklist) process.stdout.write(checklistText(checklist));
      say(`APPLIED  ${why}; to take it back: ${undo}`);
      if (unseen !== undefined) say(`  but it could not be looked at again: ${unseen}`);
      tellWhatIsLeft(end, more);
      process.exitCode = isWell(end) ? EXIT.ok : EXIT.causeFound;
      return;
    case 'undone':
      say(`TAKEN BACK  ${why}`);
      process.exitCode = EXIT.takenBack;
      return;
    case 'unfinished':
      say(`UNFINISHED  ${why}`);
      console.log(`  try: ${undo}`);
      process.exitCode = EXIT.unfinished;
  }
}

function tellWhatIsLeft({ runId, entries, lasts }: RunEnd, more: string): void {
  const left = leftForLater(standOf(entries));
  for (const { change, does } of left) {
    if (change.kind === 'person') say(`to make it last, for you to do: ${does}`);
  }
  if (lasts === false || left.some(({ change }) => change.kind !== 'person')) {
    console.log(`to make it last: returnpath resume ${runId} --later${more}`);
  }
}

/** What could not be seen is not known to be well. */
function isWell({ lasts, checklist, unseen }: RunEnd): boolean {
  const sawWell = checklist === undefined ? unseen === undefined : checklist.is === 'ok';
  return sawWell && lasts !== false;
}
