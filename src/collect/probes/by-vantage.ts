import { OutsideError } from '../../model/outside-error.ts';
import type { AskNetwork, ProbeAnswer, ProbeAsk, ProbeStage } from '../../ports/vantage.ts';
import type { ProbeOptions, TellAnswer } from './run-probes.ts';

type Options = ProbeOptions & { readonly tell: TellAnswer };

/** Asks by a program of ours on that host. Never rejects. */
export async function askByVantage(
  probe: AskNetwork,
  asks: readonly ProbeAsk[],
  options: Options,
): Promise<void> {
  await Promise.all(
    asks.map(async (ask, place) => {
      const done = new AbortController();
      // one signal each: all of them listening to the same would look like a leak
      const signal = AbortSignal.any([options.signal]);
      const onStage = silenceWatch(options, done.signal, (soFar) => options.tell(place, soFar));
      const answer = await settled(probe(ask, signal, onStage), options);
      done.abort();
      options.tell(place, answer);
    }),
  );
}

/** Tells once of a question that is unanswered `noteSilenceAfterMs` after it was sent. */
function silenceWatch(
  { clock, noteSilenceAfterMs }: Options,
  done: AbortSignal,
  onSilence: (soFar: ProbeAnswer) => void,
): (stage: ProbeStage) => void {
  let connected = false;
  return (stage) => {
    if (stage === 'connected') connected = true;
    if (stage !== 'sent' || noteSilenceAfterMs === undefined) return;
    const startedUnixMs = clock.now();
    const tell = () =>
      onSilence({
        outcome: connected ? 'silent' : 'timed-out',
        startedUnixMs,
        elapsedMs: clock.now() - startedUnixMs,
      });
    // clocks count whole milliseconds: never tell of less silence than was asked for
    clock.wait(noteSilenceAfterMs + 2, done).then(tell, () => undefined);
  };
}

async function settled(answer: Promise<ProbeAnswer>, { clock }: Options): Promise<ProbeAnswer> {
  const startedUnixMs = clock.now();
  try {
    return await answer;
  } catch (error) {
    const detail = error instanceof OutsideError ? error.message : String(error);
    return { outcome: 'not-run', startedUnixMs, elapsedMs: 0, detail };
  }
}
