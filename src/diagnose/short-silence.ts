import { cameBack, silenceMs } from '../causes/evidence.ts';
import type { Probe } from '../model/observation.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { controlsOf } from './cases.ts';

/** Silence of the client's probes that is too short to tell anything by. */
export interface ShortSilence {
  readonly wasMs: number;
  readonly neededMs: number;
}

/** Undefined where nothing was silent, something came back, or the silence was long enough. */
export function shortSilence(snapshot: Snapshot): ShortSilence | undefined {
  const { from, serverAddresses } = snapshot.question;
  const targets = snapshot.observations.filter(
    (one): one is Probe => one.kind === 'probe' && one.host === from && one.role === 'target',
  );
  const silent = targets.filter(({ outcome }) => outcome === 'timed-out');
  const neededMs = silenceMs(
    serverAddresses.flatMap((address) => controlsOf(snapshot, from, address)),
  );
  if (neededMs === undefined || silent.length === 0 || targets.some(cameBack)) return undefined;
  const wasMs = Math.max(...silent.map(({ elapsedMs }) => elapsedMs));
  return wasMs < neededMs ? { wasMs, neededMs } : undefined;
}
