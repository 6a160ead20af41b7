import type { Case, Cause, ClusterCase, ClusterCause, Verdict } from '../causes/cause.ts';
import { causes, clusterCauses } from '../causes/index.ts';
import type { Diagnosis, Finding } from '../model/diagnosis.ts';
import type { Flow } from '../model/flow.ts';

/** What one cause said, and of which flows. */
export interface Judged {
  readonly cause: Pick<Cause, 'id' | 'title' | 'fixes'>;
  readonly verdict: Verdict;
  readonly flows: readonly Flow[];
}

const PATH: readonly Cause['breaks'][] = ['host', 'forward-route', 'return-route', 'service'];

/** Every cause of the path asked about one case; those that an earlier one hides are left out. */
export function judgePath(c: Case): Judged[] {
  const flows = flowsOf(c);
  const judged = causes.map((cause) => ({ cause, flows, verdict: cause.judge(c) }));
  const broken = judged.filter(({ verdict }) => verdict.is === 'present');
  const first = Math.min(...broken.map(({ cause }) => PATH.indexOf(cause.breaks)));
  return judged.filter(
    ({ cause, verdict }) => verdict.is !== 'present' || cause.breaks === PATH[first],
  );
}

/** Every cause of the cluster; each rests on facts of its own, so none hides another. */
export function judgeCluster(c: ClusterCase): Judged[] {
  return clusterCauses.map((cause: ClusterCause) => ({
    cause,
    flows: [],
    verdict: cause.judge(c),
  }));
}

/** One finding for each cause that is present, with what every case says of it. */
export function findingsOf(judged: readonly Judged[]): Finding[] {
  const byCause = new Map<string, Finding>();
  for (const { cause, verdict, flows } of judged) {
    if (verdict.is !== 'present') continue;
    const finding = findingOf({ cause, verdict, flows });
    const earlier = byCause.get(cause.id);
    byCause.set(cause.id, earlier ? merge(earlier, finding) : finding);
  }
  return [...byCause.values()].toSorted(
    (a, b) => Number(b.certainty === 'proven') - Number(a.certainty === 'proven'),
  );
}

function findingOf({
  cause,
  verdict,
  flows,
}: Judged & { readonly verdict: Verdict & { is: 'present' } }): Finding {
  return {
    cause: cause.id,
    title: cause.title,
    certainty: verdict.certainty,
    summary: verdict.because,
    chain: [...verdict.chain],
    evidence: [...verdict.evidence],
    flows: [...flows],
    contrast: [...verdict.contrast],
    also: [...verdict.also],
    ...(verdict.affects === undefined ? {} : { affects: [...verdict.affects] }),
    ...(verdict.wouldProve === undefined ? {} : { wouldProve: verdict.wouldProve }),
    fixes: [...(verdict.fixes ?? cause.fixes)],
    byHand: verdict.byHand,
  };
}

function flowsOf({ snapshot, client, server }: Case): Flow[] {
  return snapshot.question.ports.map((port) => ({
    protocol: 'tcp' as const,
    ...(client.address ? { source: client.address } : {}),
    destination: server.address,
    destinationPort: port,
  }));
}

/** The better proven of two findings of one cause leads; the other adds its flows and evidence. */
function merge(a: Finding, b: Finding): Finding {
  const [lead, more] = a.certainty === 'likely' && b.certainty === 'proven' ? [b, a] : [a, b];
  return {
    ...lead,
    evidence: [...lead.evidence, ...more.evidence],
    flows: [...lead.flows, ...more.flows],
    contrast: [...new Set([...lead.contrast, ...more.contrast])],
    also: [...new Set([...lead.also, ...more.also])],
  };
}

/** Causes that no case found present and at least one excluded. */
export function ruledOutOf(
  judged: readonly Judged[],
  findings: readonly Finding[],
): Diagnosis['ruledOut'] {
  return [...causes, ...clusterCauses].flatMap(({ id, title }) => {
    if (findings.some(({ cause }) => cause === id)) return [];
    const verdicts = judged.filter(({ cause }) => cause.id === id).map(({ verdict }) => verdict);
    const absent = verdicts.find((verdict) => verdict.is === 'absent');
    if (!absent || verdicts.some(({ is }) => is === 'unknown')) return [];
    return [{ cause: id, title, because: absent.because }];
  });
}
