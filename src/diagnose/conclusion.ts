import type { Case } from '../causes/cause.ts';
import { cameBack } from '../causes/evidence.ts';
import type { Diagnosis } from '../model/diagnosis.ts';

type Draft = Pick<Diagnosis, 'verdict' | 'findings' | 'question' | 'hosts'>;

/** One sentence for the top of a report, without a full stop. */
export function summaryOf({ verdict, findings, question, hosts }: Draft, cases: readonly Case[]) {
  const [first] = findings;
  if (first) return first.summary;
  const client = hosts[question.from]?.name ?? question.from;
  const server = hosts[question.to]?.name ?? question.to;
  const ports = question.ports.map((port) => `:${port}`).join(' ');
  if (verdict === 'healthy') {
    return `${client} reaches ${server} (${question.serverAddresses.join(', ')}) on ${ports}, there and back`;
  }
  const probes = cases.flatMap((c) => c.probes);
  if (probes.length === 0)
    return `nothing was sent from ${client} to ${server}, so nothing is known to fail`;
  return probes.some(cameBack)
    ? `${client} reaches ${server} only in part, and no known cause explains it`
    : `${client} gets nothing back from ${server}, and what was seen does not tell why`;
}

/** What to do next; never empty. */
export function nextSteps({ verdict, findings }: Draft, missing: readonly string[]): string[] {
  if (verdict === 'healthy') {
    return ['If pods still hang, run this again from the node that they hang on.'];
  }
  if (verdict === 'cannot-tell') {
    const wanted = missing.slice(0, 3).map((fact) => `Read: ${fact}`);
    return wanted.length > 0 ? wanted : ['Look at the server too: --to ssh://USER@SERVER'];
  }
  return findings.some(({ certainty }) => certainty === 'likely')
    ? ['Prove it before you change anything: see "to prove" above.']
    : ['After the change run this again; it must say HEALTHY.'];
}
