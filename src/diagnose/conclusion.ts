import type { Case } from '../causes/cause.ts';
import type { Diagnosis } from '../model/diagnosis.ts';
import { openSteps, openSummary, type Seen } from './cannot-tell.ts';
import { isTcpAlone } from './health.ts';

type Draft = Pick<Diagnosis, 'verdict' | 'findings' | 'question' | 'hosts' | 'cluster'>;

/** One sentence for the top of a report, without a full stop. */
export function summaryOf(draft: Draft, seen: Seen) {
  const { verdict, findings, question, hosts } = draft;
  const [first] = findings;
  if (first) return first.summary;
  const client = hosts[question.from]?.name ?? question.from;
  const server = hosts[question.to]?.name ?? question.to;
  if (verdict === 'healthy') {
    const addresses = question.serverAddresses.filter((address) => address !== server);
    const named = addresses.length > 0 ? `${server} (${addresses.join(', ')})` : server;
    return `${client} reaches ${named} ${onPorts(question.ports, seen.cases)}`;
  }
  return openSummary(draft, seen);
}

function onPorts(ports: readonly number[], cases: readonly Case[]): string {
  const list = (some: readonly number[]) => some.map((port) => `:${port}`).join(' ');
  const isAlone = (port: number) => cases.every((c) => isTcpAlone(c, port));
  const [spoken, accepted] = [ports.filter((port) => !isAlone(port)), ports.filter(isAlone)];
  const more = accepted.length > 0 ? `, and it accepts connections on ${list(accepted)}` : '';
  const on = spoken.length > 0 ? `on ${list(spoken)}, ` : '';
  return `${on}there and back${more}`;
}

/** What to do next; never empty. */
export function nextSteps(draft: Draft, seen: Seen): string[] {
  const { verdict, findings } = draft;
  if (verdict === 'healthy') {
    return ['If pods still hang, run this again from the node that they hang on.'];
  }
  if (verdict === 'cannot-tell') return openSteps(draft, seen);
  const isFixable = findings.some(({ fixes }) => fixes.length > 0);
  return findings.some(({ certainty }) => certainty === 'likely')
    ? [`Prove it before you change anything: see "to prove" above${askPerson(findings)}.`]
    : [
        ...(isFixable
          ? ['Mend it: returnpath fix, with the same options, shows what it would do, and asks.']
          : []),
        'After the change run this again; it must say HEALTHY.',
      ];
}

/** Where one answer of the server's kernel decides, and nobody could look at the server. */
function askPerson(findings: Draft['findings']): string {
  const open = findings.find(({ wouldProve = '' }) => wouldProve.startsWith('ip route get'));
  const { source, destination } = open?.flows[0] ?? {};
  if (!source || !destination) return '';
  return `, or have somebody there paste what \`returnpath ask nas --client ${source} --server ${destination}\` prints`;
}
