import type { Observation } from '../../model/observation.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Vantage } from '../../ports/vantage.ts';
import { type Names, readNames } from '../../readers/names.ts';
import type { SectionAnswer } from '../section.ts';
import { runScript } from '../shell.ts';
import {
  countersAnswer,
  neighbourAnswer,
  type Observed,
  routeAnswer,
  socketsAnswer,
  type Unseen,
} from './kernel-answers.ts';
import { type KernelQuestion, kernelParts } from './kernel-questions.ts';

export interface KernelAsk {
  readonly questions: readonly KernelQuestion[];
  /** Addresses whose hardware address the host may have asked for. */
  readonly neighbours: readonly string[];
  /** Addresses whose connections with the host are wanted. */
  readonly peers: readonly string[];
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Called with each observation as it arrives. */
  readonly onObservation?: ((observation: Observation) => void) | undefined;
}

export interface KernelAnswers {
  readonly observations: readonly Observation[];
  /** What could not be observed, and why. */
  readonly unseen: readonly Unseen[];
}

/**
 * Asks a host's kernel where it would send packets, then reads its neighbours, counters and TCP
 * sockets, in one trip. To be called while probes are still waiting: sockets come last, so that
 * one in SYN-RECV is seen. Never rejects.
 */
export async function askKernel(vantage: Vantage, ask: KernelAsk): Promise<KernelAnswers> {
  const { questions, neighbours, peers, clock, signal, onObservation } = ask;
  const observations: Observation[] = [];
  const unseen: Unseen[] = [];
  const understand = understanding(ask, vantage.hostId);

  await runScript(vantage, {
    parts: kernelParts(questions, neighbours, peers),
    clock,
    signal,
    onAnswer(answer) {
      const observed = understand(answer);
      if ('why' in observed) {
        unseen.push(observed);
        return;
      }
      observations.push(...observed);
      for (const observation of observed) onObservation?.(observation);
    },
  });
  return { observations, unseen };
}

function understanding(
  { questions, neighbours, peers }: KernelAsk,
  host: string,
): (answer: SectionAnswer) => Observed {
  let names: Names = {};
  return (answer) => {
    const [, kind, index] = /^kernel-([a-z]+)(?:-(\d+))?$/.exec(answer.id) ?? [];
    const question = questions[Number(index)];
    switch (kind) {
      case 'tables':
        if (answer.is === 'read') names = { tables: readNames(answer.stdout).value };
        return [];
      case 'route':
        return question ? routeAnswer(answer, question, { host, names }) : [];
      case 'neighbour':
        return neighbourAnswer(answer, neighbours[Number(index)] ?? '', host);
      case 'counters':
        return countersAnswer(answer, host, 'after');
      case 'sockets':
        return socketsAnswer(answer, host, peers);
      default:
        return [];
    }
  };
}
