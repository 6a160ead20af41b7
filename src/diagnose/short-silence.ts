import { cameBack, silenceMs } from '../causes/evidence.ts';
import type { Probe } from '../model/observation.ts';
import type { Snapshot } from '../model/snapshot.ts';

/** Silence of the client's probes that is too short to tell anything by. */
export interface ShortSilence {
  readonly wasMs: number;
  readonly neededMs: number;
}

/** Undefined where nothing was silent, something came back, or the silence was long enough. */
export function shortSilence({ observations, question }: Snapshot): ShortSilence | undefined {
  const own = observations.filter(
    (one): one is Probe => one.kind === 'probe' && one.host === question.from,
  );
  const targets = own.filter(({ role }) => role === 'target');
  const silent = targets.filter(({ outcome }) => outcome === 'timed-out');
  const neededMs = silenceMs(own.filter(({ role }) => role === 'control'));
  if (neededMs === undefined || silent.length === 0 || targets.some(cameBack)) return undefined;
  const wasMs = Math.max(...silent.map(({ elapsedMs }) => elapsedMs));
  return wasMs < neededMs ? { wasMs, neededMs } : undefined;
}
