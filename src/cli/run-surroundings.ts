import { openKubernetes } from '../platform/kubernetes/kubernetes.ts';
import { runStoreIn, runsFolder } from '../platform/runs/run-store.ts';
import type { RunEnd, RunSurroundings } from '../session/fix-session.ts';
import { type ClusterOptions, kubeOptions } from './cluster-options.ts';
import { EXIT } from './exit-codes.ts';
import { askPassword } from './password.ts';
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
    },
    cluster: () => {
      cluster ??= openKubernetes(kubeOptions(options));
      return cluster;
    },
  };
}

/** How a run ended, in words and as an exit status. */
export function finishRun({ runId, outcome, why }: RunEnd): void {
  switch (outcome) {
    case 'applied':
      console.log(`APPLIED  ${why}; to take it back: returnpath undo ${runId}`);
      process.exitCode = EXIT.ok;
      return;
    case 'undone':
      console.log(`TAKEN BACK  ${why}`);
      process.exitCode = EXIT.takenBack;
      return;
    case 'unfinished':
      console.log(`UNFINISHED  ${why}\n  try: returnpath undo ${runId}`);
      process.exitCode = EXIT.unfinished;
  }
}

/** A signal that Ctrl-C aborts; once more ends the program the hard way. */
export function untilInterrupted(): AbortSignal {
  const interrupt = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.once(name, () => interrupt.abort(new Error('interrupted')));
  }
  return interrupt.signal;
}
