import { applyRun } from '../apply/apply-run.ts';
import type { Applying, RunResult } from '../apply/applying.ts';
import type { Reach } from '../apply/hand.ts';
import { undoRun } from '../apply/undo-run.ts';
import { collectHost } from '../collect/index.ts';
import { readConnections } from '../collect/linux/connections.ts';
import { diagnose } from '../diagnose/diagnose.ts';
import type { Checklist } from '../model/checklist.ts';
import type { Diagnosis } from '../model/diagnosis.ts';
import { OutsideError } from '../model/outside-error.ts';
import type { HostState, Plan, Step } from '../model/plan.ts';
import { type JournalEntry, standOf } from '../model/run.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { hostState, stateDifference } from '../planning/host-state.ts';
import { makePlan, type PlanOptions } from '../planning/make-plan.ts';
import { actingVantage, isTyped } from '../planning/vantages.ts';
import { atMost } from '../ports/at-most.ts';
import type { Journal, RunStore } from '../ports/run-store.ts';
import type { VantageOptions } from '../ports/vantage.ts';
import { type DiagnoseOptions, runDiagnosis, type Surroundings } from './diagnose-session.ts';
import { type Ended, lookedAgain } from './look-again.ts';
import { type OpenReach, reachBy } from './reach.ts';
import type { DiagnoseRequest } from './request.ts';

export interface Planned {
  readonly snapshot: Snapshot;
  readonly diagnosis: Diagnosis;
  /** Absent when no cause was found. */
  readonly plan: Plan | undefined;
}

/** Looks, judges, and works out what would be done; changes nothing. */
export async function planFix(
  request: DiagnoseRequest,
  surroundings: Surroundings,
  options: DiagnoseOptions & Omit<PlanOptions, 'nowUnixMs'>,
): Promise<Planned> {
  const { snapshot } = await runDiagnosis(request, surroundings, options);
  const connections = await connectionsOf(snapshot, request, surroundings, options.signal);
  const whole = { ...snapshot, observations: [...snapshot.observations, ...connections] };
  const diagnosis = diagnose(whole);
  const nowUnixMs = surroundings.clock.now();
  return {
    snapshot: whole,
    diagnosis,
    plan: makePlan(whole, diagnosis, { ...options, nowUnixMs }),
  };
}

/** Who is connected to the server right now, and could lose the way. A look that fails sees nobody. */
async function connectionsOf(
  { hosts, question }: Snapshot,
  { vantage: options, deadlineMs }: DiagnoseRequest,
  { openVantage, clock }: Surroundings,
  outer: AbortSignal,
): Promise<Awaited<ReturnType<typeof readConnections>>> {
  const server = hosts[question.to];
  const url = server && actingVantage(server);
  if (url === undefined || isTyped(url)) return [];
  const signal = atMost(deadlineMs, outer);
  try {
    const vantage = await openVantage(url, options, signal);
    try {
      const sockets = await readConnections(vantage, { clock, signal });
      return sockets.map((socket) => ({ ...socket, host: question.to }));
    } finally {
      await vantage.close();
    }
  } catch (error) {
    if (error instanceof OutsideError || signal.aborted) return [];
    throw error;
  }
}

/** What carrying out a plan, or taking it back, needs. */
export interface RunSurroundings extends Surroundings {
  readonly store: RunStore;
  readonly vantage: VantageOptions;
  readonly cluster?: Reach['cluster'] | undefined;
}

export interface RunOptions {
  readonly signal: AbortSignal;
  readonly tell: (line: string) => void;
  /** Looks at everything again once all steps are done; what it saw goes into the journal. */
  readonly verify?: ((plan: Plan, leftForLater: readonly Step[]) => Promise<Checklist>) | undefined;
}

export interface RunEnd extends RunResult {
  readonly runId: string;
  readonly entries: readonly JournalEntry[];
  /** Where it was looked at again. */
  readonly checklist?: Checklist | undefined;
  /** Why it could not be looked at again, though it was done. */
  readonly unseen?: string | undefined;
}

/**
 * Carries out a plan: compares the hosts with what it was made for, begins a run, does the steps.
 *
 * @throws {OutsideError} If the plan refuses itself, a host is not as planned, or no journal can be
 *   kept. Nothing has been changed then.
 */
export async function applyPlan(
  plan: Plan,
  when: readonly Step['when'][],
  surroundings: RunSurroundings,
  options: RunOptions,
): Promise<RunEnd> {
  const [refusal] = plan.refusals;
  if (refusal !== undefined) {
    const next = 'choose another with --fix, or act by hand';
    throw new OutsideError({ doing: 'apply the plan', found: refusal, next });
  }
  if (plan.steps.some(({ vantage }) => isTyped(vantage))) {
    throw new OutsideError({
      doing: 'apply the plan',
      found: 'only a person can type on that host',
      next: 'returnpath fix --print prints lines to paste there',
    });
  }
  return withReach(surroundings, async (reach) => {
    for (const state of plan.madeFor) await mustMatch(state, reach, surroundings, options.signal);
    const journal = await surroundings.store.create(surroundings.clock.now());
    return withJournal(journal, async () => {
      await journal.append({ is: 'planned', at: surroundings.clock.now(), plan });
      const applying = applyingOf(journal, reach, surroundings, options);
      return lookedAgain(await applyRun(applying, when), { applying, options });
    });
  });
}

/**
 * Goes on with a run that was ended half way, from the step it had come to.
 *
 * @throws {OutsideError} If there is no such run, or it was taken back.
 */
export async function resumeRun(
  id: string,
  when: readonly Step['when'][],
  surroundings: RunSurroundings,
  options: RunOptions,
): Promise<RunEnd> {
  const journal = await surroundings.store.open(id);
  return withJournal(journal, async () => {
    const stand = standIn(journal);
    if (stand.outcome === 'undone') {
      throw new OutsideError({
        doing: `go on with the run ${id}`,
        found: 'it was taken back',
        next: 'look again and make a new plan: returnpath fix',
      });
    }
    return withReach(surroundings, async (reach) => {
      const applying = applyingOf(journal, reach, surroundings, options);
      return lookedAgain(await applyRun(applying, when), { applying, options });
    });
  });
}

/** Takes a run back, last step first. @throws {OutsideError} If there is no such run. */
export async function undoRunById(
  id: string,
  surroundings: RunSurroundings,
  options: RunOptions,
): Promise<RunEnd> {
  const journal = await surroundings.store.open(id);
  return withJournal(journal, async () => {
    standIn(journal);
    return withReach(surroundings, (reach) =>
      undoRun(applyingOf(journal, reach, surroundings, options), 'taken back on request'),
    );
  });
}

/** A run that was killed before its plan was on the disk has done nothing. */
function standIn(journal: Journal): ReturnType<typeof standOf> {
  if (journal.entries.length > 0) return standOf(journal.entries);
  throw new OutsideError({
    doing: `use the run ${journal.id}`,
    found: 'it ended before it had a plan, and has changed nothing',
  });
}

/** @throws {OutsideError} If the host has changed since the plan was made. */
async function mustMatch(
  planned: HostState,
  reach: Reach,
  { clock }: Surroundings,
  signal: AbortSignal,
): Promise<void> {
  const vantage = await reach.vantage(planned.vantage, signal);
  const { facts } = await collectHost(vantage, { clock, signal });
  // a look that was broken off is no other state
  signal.throwIfAborted();
  const differences = stateDifference(planned, hostState(facts, planned.vantage));
  if (differences.length === 0) return;
  throw new OutsideError({
    doing: 'apply the plan',
    found: `${facts.name} is not as it was when the plan was made: ${differences.slice(0, 6).join('; ')}`,
    next: 'look again and make a new plan: returnpath fix',
  });
}

function applyingOf(
  journal: Journal,
  reach: Reach,
  { clock }: Surroundings,
  { signal, tell }: RunOptions,
): Applying {
  return { journal, reach, clock, signal, tell };
}

async function withReach<T>(
  { openVantage, vantage, cluster }: RunSurroundings,
  use: (reach: OpenReach) => Promise<T>,
): Promise<T> {
  const reach = reachBy(openVantage, vantage, cluster);
  try {
    return await use(reach);
  } finally {
    await reach.close();
  }
}

async function withJournal(journal: Journal, use: () => Promise<Ended>): Promise<RunEnd> {
  try {
    return { runId: journal.id, entries: journal.entries, ...(await use()) };
  } finally {
    await journal.close();
  }
}
