import type { Diagnosis } from '../model/diagnosis.ts';
import type { Trace, TraceOutcome, TraceStep } from '../model/trace.ts';

/** How each outcome reads at the end of a path. Loud where the packet ends. */
export const OUTCOME_WORDS: Readonly<Record<TraceOutcome, string>> = {
  delivered: 'arrives',
  'no-route': 'NO ROUTE',
  blackholed: 'DROPPED by a blackhole route',
  prohibited: 'PROHIBITED',
  'reverse-path-filtered': 'DROPPED by the reverse-path filter',
  martian: 'DROPPED as martian',
  filtered: 'FILTERED',
  'not-forwarding': 'NOT FORWARDED',
  'dropped-by-peer': 'DROPPED',
  'neighbour-unknown': 'NOBODY ANSWERS ARP',
  loop: 'LOOPS',
  'cannot-tell': 'cannot tell',
};

/** Both legs of the flow that the first finding is about, or of the first that was asked. */
export function legsToShow({ traces, findings, question }: Diagnosis): readonly Trace[] {
  const server = findings[0]?.flows[0]?.destination ?? question.serverAddresses[0];
  return traces.filter(({ leg, flow }) =>
    leg === 'forward' ? flow.destination === server : flow.source === server,
  );
}

/** `talos-1 --eth0--> truenas enp1s0 :2049`: one leg on one line, without its outcome. */
export function pathLine(trace: Trace, hosts: Diagnosis['hosts']): string {
  const nameOf = (id: string) => hosts[id]?.name ?? id;
  const hops = trace.steps.map((step, index) => {
    const last = index === trace.steps.length - 1;
    const place = [nameOf(step.host), step.inputDevice].filter(Boolean).join(' ');
    if (last && !leaves(step)) return place;
    return step.device === undefined ? `${place} --> ` : `${place} --${step.device}--> `;
  });
  const tail = trace.steps.at(-1);
  const beyond = tail && leaves(tail) ? (tail.peer ?? tail.gateway ?? trace.flow.destination) : '';
  const port = trace.leg === 'forward' ? trace.flow.destinationPort : undefined;
  return `${hops.join('')}${beyond}${port === undefined ? '' : ` :${port}`}`;
}

/** What became of the leg, in a few words. */
export function outcomeWords(trace: Trace): string {
  const words = OUTCOME_WORDS[trace.outcome];
  // the words say already that it is dropped, and the path says by whom
  const because = trace.because.replace(/^[^:]+ drops it: /, '');
  return trace.outcome === 'delivered' ? words : `${words}: ${because}`;
}

function leaves(step: TraceStep): boolean {
  return step.action === 'send' || step.action === 'forward';
}
