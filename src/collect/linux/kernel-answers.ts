import type { Fact } from '../../model/fact.ts';
import type { Observation } from '../../model/observation.ts';
import { readCounters } from '../../readers/counters.ts';
import { readIpNeighbours } from '../../readers/ip-neigh.ts';
import { readRouteGet } from '../../readers/ip-route-get.ts';
import type { Names } from '../../readers/names.ts';
import { readSockets } from '../../readers/sockets.ts';
import { failureOf, ranToItsEnd, readSection } from '../read.ts';
import type { SectionAnswer } from '../section.ts';
import { COUNTERS_TYPED } from './facts-script.ts';
import {
  type KernelQuestion,
  SOCKETS_TYPED,
  typedConnections,
  typedNeighbour,
  typedQuestion,
} from './kernel-questions.ts';

/** Why something was not observed. */
export interface Unseen {
  readonly why: string;
  readonly next?: string | undefined;
}

/** What a section shows, or why it shows nothing. */
export type Observed = readonly Observation[] | Unseen;

/** An error of the kernel is an answer as well: it is what the packet would meet. */
export function routeAnswer(
  answer: SectionAnswer,
  question: KernelQuestion,
  { host, names }: { host: string; names: Names },
): Observed {
  const command = typedQuestion(question);
  if (answer.is === 'unread') return { why: `${command}: ${answer.why}`, next: answer.next };
  const value = ranToItsEnd(answer)
    ? readRouteGet(answer.stdout, answer.stderr, names).value
    : undefined;
  if (!value) return unseen(failureOf(answer, command), `${command}: not understood`);
  const { flow, inputDevice } = question;
  const printed = answer.stdout.trim() === '' ? answer.stderr : answer.stdout;
  return [
    {
      kind: 'kernel-route',
      host,
      atUnixMs: answer.readAtUnixMs,
      flow,
      ...(inputDevice === undefined ? {} : { inputDevice }),
      command,
      answer: value,
      raw: printed.trim().replace(/\s+/g, ' ').slice(0, 400),
    },
  ];
}

/** Nothing, if the host never asked for that hardware address. */
export function neighbourAnswer(answer: SectionAnswer, address: string, host: string): Observed {
  const { fact } = readSection(answer, typedNeighbour(address), readIpNeighbours);
  if (!fact.seen) return unseen(fact);
  return fact.value.map((neighbour) => ({
    kind: 'neighbour',
    host,
    atUnixMs: fact.readAtUnixMs,
    neighbour,
    command: fact.from,
  }));
}

export function countersAnswer(
  answer: SectionAnswer,
  host: string,
  phase: 'before' | 'after',
): Observed {
  const { fact } = readSection(answer, COUNTERS_TYPED, readCounters);
  if (!fact.seen) return unseen(fact);
  const { value: values, from: command, readAtUnixMs: atUnixMs } = fact;
  return [{ kind: 'counters', host, atUnixMs, phase, values, command }];
}

/** Connections are many; of the established ones only those with `peers` are told. */
export function socketsAnswer(
  answer: SectionAnswer,
  host: string,
  peers: readonly string[],
): Observed {
  const { fact } = readSection(answer, SOCKETS_TYPED, readSockets);
  if (!fact.seen) return unseen(fact);
  const { from: command, readAtUnixMs: atUnixMs } = fact;
  return fact.value
    .filter(({ state, remote }) => state !== 'ESTAB' || peers.includes(remote.address))
    .map((socket) => ({
      kind: 'socket',
      host,
      atUnixMs,
      ...socket,
      command: socket.state === 'ESTAB' ? typedConnections(socket.remote.address) : command,
    }));
}

function unseen(fact: Fact<unknown> | undefined, otherwise = 'no answer'): Unseen {
  return fact && !fact.seen ? { why: fact.why, next: fact.next } : { why: otherwise };
}
