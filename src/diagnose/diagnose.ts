import { anotherMachine } from '../causes/another-machine.ts';
import type { Case } from '../causes/cause.ts';
import { cameBack, probeEvidence } from '../causes/evidence.ts';
import { nodeRouteAstray } from '../causes/node-route-astray.ts';
import { DIAGNOSIS_VERSION, type Diagnosis, type Finding } from '../model/diagnosis.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { Trace } from '../model/trace.ts';
import { type World, worldOf } from '../routing/world.ts';
import { affectedBy } from './affected.ts';
import { casesOf, clusterCaseOf } from './cases.ts';
import { downToPods } from './chain-to-pods.ts';
import { disagreementsOf } from './check-kernel.ts';
import { clusterGaps } from './cluster-gaps.ts';
import { clusterView } from './cluster-view.ts';
import { nextSteps, summaryOf } from './conclusion.ts';
import { shortfallOf } from './health.ts';
import { findingsOf, type Judged, judgeCluster, judgePath, ruledOutOf } from './judge.ts';
import { withLatestNeighbours } from './latest-neighbours.ts';
import { notSeenOf } from './not-seen.ts';

/**
 * What can be said of a snapshot. Pure: the same snapshot always gives the same diagnosis, so a
 * bug report is a file.
 */
export function diagnose(snapshot: Snapshot): Diagnosis {
  const world = worldOf(withLatestNeighbours(snapshot));
  const cases = casesOf(snapshot, world);
  const clusterCase = clusterCaseOf(snapshot, world, cases);
  const judged = [
    ...silentFirst(cases).flatMap(judgePath),
    ...(clusterCase ? judgeCluster(clusterCase) : []),
  ];
  const findings = findingsOf(judged).map((finding) =>
    downToPods(finding, affectedBy(snapshot, ownNode(finding, cases))),
  );
  const pods = clusterCase?.podCases.map(({ pod }) => pod) ?? [];
  const cluster = clusterView(snapshot);
  const hangs = (cluster?.symptoms.length ?? 0) > 0;
  const well = cases.length > 0 && cases.every((c) => isWell(c, snapshot.question.ports));
  const podsAreWell = pods.every((c) => isWell(c, []));
  const verdict = verdictOf(findings, well && podsAreWell && !hangs);
  const draft = {
    schema: 'returnpath/diagnosis' as const,
    version: DIAGNOSIS_VERSION as typeof DIAGNOSIS_VERSION,
    verdict,
    question: snapshot.question,
    startedUnixMs: snapshot.startedUnixMs,
    endedUnixMs: snapshot.endedUnixMs,
    hosts: hostNames(snapshot, cases),
    ...(cluster ? { cluster } : {}),
    traces: cases.flatMap(({ forward, back }) => [forward, back]).filter(isTrace),
    findings,
    evidence: contextOf(cases),
    ruledOut: ruledOutOf(judged, findings),
    notSeen: notSeenOf(snapshot, missingOf(judged, verdict)),
    disagreements: disagreements(snapshot, world, cases),
  };
  const seen = { missing: missingOf(judged, verdict), cases, gaps: clusterGaps(snapshot) };
  return { ...draft, summary: summaryOf(draft, seen), next: nextSteps(draft, seen) };
}

/** A route of the client's own is in the way of nobody else. */
function ownNode({ cause }: Finding, [first]: readonly Case[]): Case['client'] | undefined {
  return cause === nodeRouteAstray.id ? first?.client : undefined;
}

/** @param well Whether all works: something that hangs in the cluster is no health either. */
function verdictOf(findings: readonly Finding[], well: boolean): Diagnosis['verdict'] {
  if (findings.length > 1) return 'several-causes';
  if (findings.length === 1) return 'cause-found';
  return well ? 'healthy' : 'cannot-tell';
}

/** @param ports Every one of them must have been asked. */
function isWell(c: Case, ports: readonly number[]): boolean {
  const answers = c.probes.filter(({ outcome }) => outcome !== 'not-run');
  return (
    answers.length > 0 &&
    answers.every(({ outcome }) => outcome === 'answered') &&
    anotherMachine(c) === undefined &&
    shortfallOf(c, ports) === undefined
  );
}

/** What is excluded is told of the address that fails, not of another one that is well. */
function silentFirst(cases: readonly Case[]): Case[] {
  const comesBack = ({ probes }: Case) => Number(probes.some(cameBack));
  return cases.toSorted((a, b) => comesBack(a) - comesBack(b));
}

function hostNames(snapshot: Snapshot, cases: readonly Case[]): Diagnosis['hosts'] {
  const { from, to, compare } = snapshot.question;
  const [first] = cases;
  const parties = first ? [first.client, first.server, ...first.others.map((o) => o.client)] : [];
  const named = [from, to, ...compare].filter((id) => id !== '');
  const ids = new Set([...named, ...Object.keys(snapshot.hosts)]);
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
