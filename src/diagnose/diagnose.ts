import type { Case, Cause, Verdict } from '../causes/cause.ts';
import { cameBack, probeEvidence } from '../causes/evidence.ts';
import { causes } from '../causes/index.ts';
import { DIAGNOSIS_VERSION, type Diagnosis, type Finding } from '../model/diagnosis.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { Trace } from '../model/trace.ts';
import { type World, worldOf } from '../routing/world.ts';
import { casesOf } from './cases.ts';
import { disagreementsOf } from './check-kernel.ts';
import { nextSteps, summaryOf } from './conclusion.ts';
import { withLatestNeighbours } from './latest-neighbours.ts';
import { notSeenOf } from './not-seen.ts';

interface Judged {
  readonly c: Case;
  readonly cause: Cause;
  readonly verdict: Verdict;
}

/**
 * What can be said of a snapshot. Pure: the same snapshot always gives the same diagnosis, so a
 * bug report is a file.
 */
export function diagnose(snapshot: Snapshot): Diagnosis {
  const world = worldOf(withLatestNeighbours(snapshot));
  const cases = casesOf(snapshot, world);
  const judged = cases.flatMap(judgeAll);
  const findings = findingsOf(judged);
  const verdict = verdictOf(findings, cases);
  const draft = {
    schema: 'returnpath/diagnosis' as const,
    version: DIAGNOSIS_VERSION as typeof DIAGNOSIS_VERSION,
    verdict,
    question: snapshot.question,
    startedUnixMs: snapshot.startedUnixMs,
    endedUnixMs: snapshot.endedUnixMs,
    hosts: hostNames(snapshot, cases),
    traces: cases.flatMap(({ forward, back }) => [forward, back]).filter(isTrace),
    findings,
    evidence: contextOf(cases),
    ruledOut: ruledOutOf(judged, findings),
    notSeen: notSeenOf(snapshot, missingOf(judged, verdict)),
    disagreements: disagreements(snapshot, world, cases),
  };
  const summary = summaryOf(draft, cases);
  return { ...draft, summary, next: nextSteps(draft, missingOf(judged, verdict)) };
}

/** Every cause asked about one case; causes that an earlier present one hides are left out. */
function judgeAll(c: Case): Judged[] {
  const judged = causes.map((cause) => ({ c, cause, verdict: cause.judge(c) }));
  const first = judged.find(({ verdict }) => verdict.is === 'present');
  if (!first) return judged;
  return judged.filter(
    ({ cause, verdict }) =>
      verdict.is !== 'present' || cause.breaks === first.cause.breaks || cause === first.cause,
  );
}

/** One finding for each cause that is present, with what every case says of it. */
function findingsOf(judged: readonly Judged[]): Finding[] {
  const byCause = new Map<string, Finding>();
  for (const { c, cause, verdict } of judged) {
    if (verdict.is !== 'present') continue;
    const finding = findingOf(c, cause, verdict);
    const earlier = byCause.get(cause.id);
    byCause.set(cause.id, earlier ? merge(earlier, finding) : finding);
  }
  return [...byCause.values()].toSorted(
    (a, b) => Number(b.certainty === 'proven') - Number(a.certainty === 'proven'),
  );
}

function findingOf(c: Case, cause: Cause, verdict: Verdict & { is: 'present' }): Finding {
  return {
    cause: cause.id,
    title: cause.title,
    certainty: verdict.certainty,
    summary: verdict.because,
    chain: [...verdict.chain],
    evidence: [...verdict.evidence],
    flows: c.snapshot.question.ports.map((port) => ({
      protocol: 'tcp' as const,
      ...(c.client.address ? { source: c.client.address } : {}),
      destination: c.server.address,
      destinationPort: port,
    })),
    contrast: [...verdict.contrast],
    also: [...verdict.also],
    ...(verdict.wouldProve === undefined ? {} : { wouldProve: verdict.wouldProve }),
    fixes: [...cause.fixes],
    byHand: verdict.byHand,
  };
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

function verdictOf(findings: readonly Finding[], cases: readonly Case[]): Diagnosis['verdict'] {
  if (findings.length > 1) return 'several-causes';
  if (findings.length === 1) return 'cause-found';
  const probes = cases.flatMap((c) => c.probes);
  const asked = cases.length > 0 && cases.every((c) => c.probes.some(ran));
  return asked && probes.filter(ran).every(({ outcome }) => outcome === 'answered')
    ? 'healthy'
    : 'cannot-tell';
}

function ran({ outcome }: { outcome: string }): boolean {
  return outcome !== 'not-run';
}

function hostNames(snapshot: Snapshot, cases: readonly Case[]): Diagnosis['hosts'] {
  const { from, to, compare } = snapshot.question;
  const [first] = cases;
  const parties = first ? [first.client, first.server, ...first.others.map((o) => o.client)] : [];
  const ids = new Set([from, to, ...compare, ...Object.keys(snapshot.hosts)]);
  return Object.fromEntries(
    [...ids].map((id) => {
      const party = parties.find((one) => one.id === id);
      const name = party?.name ?? snapshot.hosts[id]?.name ?? id;
      return [id, { name, ...(party?.address ? { address: party.address } : {}) }];
    }),
  );
}

/** Every probe result, of the client and of those it is compared with. */
function contextOf(cases: readonly Case[]): Diagnosis['evidence'] {
  return cases.flatMap((c, index) =>
    [...c.probes, ...(index === 0 ? c.controls : []), ...c.others.flatMap((o) => o.probes)].map(
      (probe) => probeEvidence(c, probe, 'context'),
    ),
  );
}

/** Causes that no case found present and at least one excluded. */
function ruledOutOf(
  judged: readonly Judged[],
  findings: readonly Finding[],
): Diagnosis['ruledOut'] {
  return causes.flatMap(({ id, title }) => {
    if (findings.some(({ cause }) => cause === id)) return [];
    const verdicts = judged.filter(({ cause }) => cause.id === id).map(({ verdict }) => verdict);
    const absent = verdicts.find((verdict) => verdict.is === 'absent');
    if (!absent || verdicts.some(({ is }) => is === 'unknown')) return [];
    return [{ cause: id, title, because: absent.because }];
  });
}

/** Facts that some cause lacked; none that matter once a cause is proven or all is healthy. */
function missingOf(judged: readonly Judged[], verdict: Diagnosis['verdict']): string[] {
  if (verdict !== 'cannot-tell') return [];
  const missing = judged.flatMap((j) => (j.verdict.is === 'unknown' ? j.verdict.missing : []));
  return [...new Set(missing)];
}

/**
 * Model against kernel, and model against what happened: a path that the traces call broken while
 * its packets came back is a mistake of ours, or of what we read.
 */
function disagreements(
  snapshot: Snapshot,
  world: World,
  cases: readonly Case[],
): Diagnosis['disagreements'] {
  const withPackets = cases.flatMap((c) => {
    const answered = c.probes.find(cameBack);
    const broken = [c.forward, c.back].find(
      (trace) => trace && trace.outcome !== 'delivered' && trace.outcome !== 'cannot-tell',
    );
    if (!answered || !broken) return [];
    const { host, command, answer } = probeEvidence(c, answered, 'context');
    return [{ host, command, kernel: answer, model: `${broken.outcome}: ${broken.because}` }];
  });
  return [...disagreementsOf(snapshot, world), ...withPackets];
}

function isTrace(trace: Trace | undefined): trace is Trace {
  return trace !== undefined;
}
