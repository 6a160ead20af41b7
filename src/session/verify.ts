import { readNotHealing } from '../collect/kubernetes/not-healing.ts';
import { checklistOf, leavingForLater } from '../diagnose/checklist.ts';
import type { Checklist } from '../model/checklist.ts';
import type { Plan } from '../model/plan.ts';
import { type DiagnoseResult, runDiagnosis, type Surroundings } from './diagnose-session.ts';
import type { DiagnoseRequest } from './request.ts';

export interface VerifyOptions {
  /** Time to become well, in milliseconds: pods in back-off and mounts take theirs. */
  readonly withinMs: number;
  /** Time to stay well after that. */
  readonly holdMs: number;
  readonly signal: AbortSignal;
  /** Ids of lines that steps left for later make good. */
  readonly later?: readonly string[] | undefined;
  /** Called after each whole look. */
  readonly onLook?: ((checklist: Checklist) => void) | undefined;
}

export interface Verified extends DiagnoseResult {
  /** Of the last whole look. */
  readonly checklist: Checklist;
  readonly looks: number;
  /** True when it was well for the whole time it had to be. */
  readonly held: boolean;
}

/** The question of a plan, asked again. */
export function questionOf(
  { question }: Plan,
  base: Pick<DiagnoseRequest, 'deadlineMs' | 'probeTimeoutMs' | 'vantage' | 'cluster'>,
): DiagnoseRequest {
  return { ...base, ...question };
}

/** With what hangs on in the cluster for reasons of its own, once the path is well again. */
async function withNotHealing(
  checklist: Checklist,
  { cluster }: DiagnoseRequest,
  { surroundings, signal }: { surroundings: Surroundings; signal: AbortSignal },
): Promise<Checklist> {
  if (!cluster || !surroundings.openCluster || checklist.is === 'bad') return checklist;
  const kube = await surroundings.openCluster(cluster.kube);
  try {
    const { clock } = surroundings;
    return { ...checklist, notHealing: [...(await readNotHealing(kube, { clock, signal }))] };
  } finally {
    kube.close();
  }
}

// the kubelet's own rhythm of trying again is 10 s at first; a look takes one or two
const BETWEEN_LOOKS_MS = 2000;

/**
 * Goes through the checklist, again and again until all of it is well or the time for that is
 * over; then as long as it has to stay so. One bad look in that time ends it. A look that `signal`
 * broke off tells nothing: what it had not read yet is neither well nor not.
 *
 * @throws The reason of `signal` if it was aborted before the first look was whole.
 */
export async function verify(
  request: DiagnoseRequest,
  surroundings: Surroundings,
  { withinMs, holdMs, signal, later = [], onLook }: VerifyOptions,
): Promise<Verified> {
  const { clock } = surroundings;
  const startedUnixMs = clock.now();
  let wellSince: number | undefined;
  let last: Omit<Verified, 'held'> | undefined;
  for (let looks = 1; !signal.aborted; looks += 1) {
    const result = await runDiagnosis(request, surroundings, { signal });
    const seen = leavingForLater(checklistOf(result.snapshot), later);
    const checklist = await withNotHealing(seen, request, { surroundings, signal });
    if (signal.aborted) break;
    onLook?.(checklist);
    last = { ...result, checklist, looks };
    const now = clock.now();
    const isWell = checklist.is === 'ok';
    const held = isWell && now - (wellSince ?? now) >= holdMs;
    const isOver = isWell ? held : wellSince !== undefined || now - startedUnixMs >= withinMs;
    if (isOver) return { ...last, held };
    if (isWell) wellSince ??= now;
    await clock.wait(BETWEEN_LOOKS_MS, signal).catch(() => undefined);
  }
  if (last) return { ...last, held: false };
  throw signal.reason;
}
