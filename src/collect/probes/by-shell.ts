import { OutsideError } from '../../model/outside-error.ts';
import type { ProbeAnswer, ProbeAsk, Vantage } from '../../ports/vantage.ts';
import { within } from '../deadline.ts';
import { newNonce, scriptOf } from '../section.ts';
import { ladderOutcome, parseLadderLine } from './ladder-outcome.ts';
import { ladderCode } from './ladder-script.ts';
import type { ProbeOptions, TellAnswer } from './run-probes.ts';
import { wholeSeconds } from './typed-probe.ts';

type Options = ProbeOptions & { readonly tell: TellAnswer };

/** Every probe prints one short line. */
const OUTPUT_LIMIT_BYTES = 1024 * 1024;
// Tools that count in whole seconds may end a second late, and the first may be followed by others.
const GRACE_MS = 2500;
const UPTIME_STEP_MS = 10;

/** Asks by the tools of the host's shell, all at once, in one trip. Never rejects. */
export async function askByShell(
  vantage: Vantage,
  asks: readonly ProbeAsk[],
  options: Options,
): Promise<void> {
  const { clock, signal, timeoutMs, tell } = options;
  const nonce = newNonce();
  const waiting = new Set(asks.keys());
  const pulse = pulseOf(options, () => {
    for (const place of waiting) if (isPlain(asks[place])) tell(place, pulse.silence());
  });
  const onOutput = lineReader(`${nonce}=`, (text) => {
    if (pulse.take(text)) return;
    const line = parseLadderLine(text);
    const ask = line && asks[line.place];
    if (!line || !ask || !waiting.delete(line.place)) return;
    const { tookMs, ...said } = ladderOutcome(ask, line);
    const elapsedMs = tookMs ?? line.tookMs ?? pulse.sinceSentMs();
    tell(line.place, { ...said, elapsedMs, startedUnixMs: pulse.sentUnixMs() });
  });

  const limitMs = wholeSeconds(timeoutMs) * 1000 + GRACE_MS;
  const script = scriptOf([{ setUp: ladderCode(asks, ticksOf(options)) }], nonce);
  const problem = await within(limitMs, { clock, signal }, (both) =>
    vantage.sh(script, { signal: both, limitBytes: OUTPUT_LIMIT_BYTES, onOutput }),
  ).then(
    () => 'its answer never came',
    (error: unknown) =>
      error instanceof OutsideError ? error.message : 'we stopped waiting before it was heard of',
  );
  for (const place of waiting) {
    tell(place, isPlain(asks[place]) ? pulse.silence(problem) : pulse.unheard(problem));
  }
}

/** Whether no answer means no answer to the first packet; for the others it may be the service. */
function isPlain(ask: ProbeAsk | undefined): boolean {
  return ask?.probe === 'tcp' || ask?.probe === 'icmp';
}

/** Pauses between signs of life, in milliseconds: the first when silence is to be noted. */
function ticksOf({ timeoutMs, noteSilenceAfterMs }: Options): readonly number[] {
  const seconds = Array<number>(wholeSeconds(timeoutMs)).fill(1000);
  // the uptime of Linux is told in steps of 10 ms, so a little longer is surely long enough
  return noteSilenceAfterMs === undefined ? seconds : [noteSilenceAfterMs + 20, ...seconds];
}

/**
 * What the far side's signs of life prove: a question that has no line by the last of them was
 * unanswered until then. Later than that nothing is known, for it may be we who hear nothing.
 */
function pulseOf({ clock, noteSilenceAfterMs }: Options, onSilence: () => void) {
  let sent: { uptimeMs: number; unixMs: number } | undefined;
  let silentMs: number | undefined;
  let noted = noteSilenceAfterMs === undefined;
  const sentUnixMs = () => sent?.unixMs ?? clock.now();
  const unheard = (detail?: string): ProbeAnswer => ({
    outcome: 'not-run',
    startedUnixMs: sentUnixMs(),
    elapsedMs: 0,
    detail,
  });
  return {
    sentUnixMs,
    unheard,
    sinceSentMs: () => clock.now() - sentUnixMs(),
    silence: (problem?: string): ProbeAnswer =>
      silentMs === undefined
        ? unheard(problem)
        : { outcome: 'timed-out', startedUnixMs: sentUnixMs(), elapsedMs: silentMs },
    /** Whether the line is such a sign. */
    take(text: string): boolean {
      const [, word, uptime = ''] = /^(sent|alive) ?([\d.]*)$/.exec(text) ?? [];
      if (word === undefined) return false;
      const unixMs = clock.now();
      const uptimeMs = uptime === '' ? unixMs : Number.parseFloat(uptime) * 1000;
      if (word === 'sent') sent = { uptimeMs, unixMs };
      else if (sent) silentMs = Math.max(0, uptimeMs - sent.uptimeMs - UPTIME_STEP_MS);
      if (word === 'alive' && !noted) {
        noted = true;
        onSilence();
      }
      return true;
    },
  };
}

/** Calls back with the rest of each line that begins with `mark`. */
function lineReader(mark: string, onLine: (rest: string) => void): (text: string) => void {
  let rest = '';
  return (text) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line.startsWith(mark)) onLine(line.slice(mark.length));
  };
}
