import { isIP } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { OutsideError } from '../../model/outside-error.ts';
import { atMost } from '../../ports/at-most.ts';
import type { ProbeAnswer, ProbeAsk } from '../../ports/vantage.ts';
import { run } from '../process/run.ts';
import type { ProbeContext } from './dialogue.ts';

const OUTPUT_LIMIT_BYTES = 16 * 1024;
const SETTLE_MS = 5;

/**
 * One ICMP echo by the `ping` program: sending one ourselves needs privileges that a program of
 * the system has and we have not.
 */
export async function pingOnce(
  ask: ProbeAsk,
  { signal, onStage }: ProbeContext,
): Promise<ProbeAnswer> {
  let startedUnixMs = Date.now();
  let start = performance.now();
  const answer = (outcome: ProbeAnswer['outcome'], detail?: string, tookMs?: number) => ({
    outcome,
    startedUnixMs,
    elapsedMs: tookMs ?? performance.now() - start,
    detail,
  });
  const family = isIP(ask.address);
  if (family === 0) return answer('not-run', `"${ask.address}" is not an address`);

  const deadline = atMost(ask.timeoutMs, signal);
  const wholeSeconds = Math.max(1, Math.ceil(ask.timeoutMs / 1000));
  const from = ask.source === undefined ? [] : ['-I', ask.source];
  const ipv6 = family === 6 ? ['-6'] : [];
  const command = ['ping', ...ipv6, '-c', '1', '-W', `${wholeSeconds}`, ...from];
  // Starting a program stops this one for some milliseconds. Connections that were asked for at
  // the same time are served first, so that their round trips are not measured too long.
  await setTimeout(SETTLE_MS, undefined, { signal }).catch(() => undefined);
  startedUnixMs = Date.now();
  start = performance.now();
  onStage?.('sent');
  try {
    const { exitCode, stdout, stderr } = await run([...command, ask.address], {
      doing: `ping ${ask.address}`,
      signal: deadline,
      limitBytes: OUTPUT_LIMIT_BYTES,
    });
    return understand({ exitCode, text: `${stdout}\n${stderr}` }, answer);
  } catch (error) {
    if (deadline.aborted) return answer('timed-out');
    if (error instanceof OutsideError) return answer('not-run', 'no ping program');
    throw error;
  }
}

function understand(
  { exitCode, text }: { exitCode: number | undefined; text: string },
  answer: (outcome: ProbeAnswer['outcome'], detail?: string, tookMs?: number) => ProbeAnswer,
): ProbeAnswer {
  if (exitCode === 0) {
    const took = /time[=<]([\d.]+) ?ms/.exec(text)?.[1];
    return answer('answered', undefined, took === undefined ? undefined : Number(took));
  }
  // "From 10.0.0.197 icmp_seq=1 Destination Host Unreachable", "Network is unreachable"
  const unreachable = /^.*(?:unreachable|prohibited|no route to host).*$/im.exec(text)?.[0];
  if (unreachable !== undefined) return answer('unreachable', unreachable.trim());
  // iputils: 1 is "no answer", 2 is any other failure; BusyBox knows only 1
  if (exitCode === 1) return answer('timed-out');
  const [why = 'ping failed'] = text.trim().split('\n').slice(-1);
  return answer('not-run', why.slice(0, 200));
}
