import type { Diagnosis, Evidence, Finding } from '../model/diagnosis.ts';
import { clockTime } from './clock-time.ts';
import { hangingLines, saidLines, storageLines } from './cluster-lines.ts';
import { legsToShow, outcomeWords, pathLine } from './path-line.ts';
import { printableAll } from './printable.ts';

export interface TextOptions {
  /** Show everything that was read, not only what decides. */
  readonly verbose: boolean;
  readonly colour: boolean;
  /** Minutes east of UTC for the times printed. */
  readonly utcOffsetMinutes: number;
}

type Paint = (style: 'loud' | 'bad' | 'good' | 'dim', text: string) => string;

const ANSI = { loud: '1', bad: '1;31', good: '1;32', dim: '2' } as const;
const EVIDENCE_LINES = 8;
/** So that the whole still fits on a screen. */
const EVIDENCE_LINES_WITH_CLUSTER = 5;

/** A diagnosis for a terminal: one line that says it, then why, then what to do. */
export function toText(said: Diagnosis, options: TextOptions): string {
  const diagnosis = printableAll(said);
  const paint: Paint = (style, text) =>
    options.colour ? `\u001b[${ANSI[style]}m${text}\u001b[0m` : text;
  const lines = [
    headline(diagnosis, paint),
    ...clusterLines(diagnosis, options),
    ...diagnosis.findings.flatMap((finding, index) => [
      ...(index > 0 ? ['', `${word(finding, paint)}  ${finding.summary}.`] : []),
      ...findingLines(finding, diagnosis, options),
    ]),
    ...(diagnosis.findings.length === 0 ? plainLines(diagnosis, options) : []),
    ...commonLines(diagnosis, options),
  ];
  return `${lines.join('\n')}\n`;
}

function headline(diagnosis: Diagnosis, paint: Paint): string {
  const seconds = (diagnosis.endedUnixMs - diagnosis.startedUnixMs) / 1000;
  const took = paint('dim', `${seconds.toFixed(1)} s`);
  const [first] = diagnosis.findings;
  if (first) return `${word(first, paint)}  ${paint('loud', `${first.summary}.`)}  ${took}`;
  const label =
    diagnosis.verdict === 'healthy' ? paint('good', 'HEALTHY') : paint('bad', 'CANNOT TELL');
  return `${label}  ${paint('loud', `${diagnosis.summary}.`)}  ${took}`;
}

/** What hangs, what it says, and what that is about. */
function clusterLines({ cluster }: Diagnosis, options: TextOptions): string[] {
  if (!cluster) return [];
  const { verbose, utcOffsetMinutes } = options;
  const said = saidLines(cluster);
  return [
    ...block('hangs', hangingLines(cluster, utcOffsetMinutes)),
    ...block('says', verbose ? said : said.slice(0, 2)),
    ...block('storage', storageLines(cluster, verbose)),
    ...block('here', verbose ? cluster.operator : cluster.operator.slice(-1)),
    ...block('compared', cluster.differential),
  ];
}

function word({ certainty }: Finding, paint: Paint): string {
  return paint('bad', certainty === 'proven' ? 'PROVEN' : 'LIKELY');
}

function findingLines(finding: Finding, diagnosis: Diagnosis, options: TextOptions): string[] {
  const lines = diagnosis.cluster ? EVIDENCE_LINES_WITH_CLUSTER : EVIDENCE_LINES;
  const shown = options.verbose ? finding.evidence : telling(finding.evidence, lines);
  return [
    field('cause', finding.chain[0] ?? finding.title),
    ...pathLines(diagnosis),
    ...block('proof', evidenceLines(shown, options)),
    ...block('but', finding.contrast),
    ...block('also', finding.also.length > 0 ? [alsoLine(finding.also)] : []),
    ...(finding.wouldProve ? [field('to prove', finding.wouldProve)] : []),
    field('by hand', `${finding.byHand.now}   (${finding.byHand.where})`),
    ...(finding.byHand.later ? [field('later', finding.byHand.later)] : []),
  ];
}

/** Mechanism first, then effects, at most a screenful; context only under --verbose. */
function telling(evidence: readonly Evidence[], atMost: number): readonly Evidence[] {
  const order = ['mechanism', 'effect'] as const;
  return order.flatMap((kind) => evidence.filter(({ shows }) => shows === kind)).slice(0, atMost);
}

function alsoLine(also: readonly string[]): string {
  return `the same way goes what is sent to ${also.join(', ')}`;
}

function plainLines(diagnosis: Diagnosis, options: TextOptions): string[] {
  const shown = options.verbose ? diagnosis.evidence : diagnosis.evidence.slice(0, 8);
  return [...pathLines(diagnosis), ...block('seen', evidenceLines(shown, options))];
}

/** Both legs of one flow; the others stand in the JSON. */
function pathLines(diagnosis: Diagnosis): string[] {
  const { hosts } = diagnosis;
  const legs = legsToShow(diagnosis);
  const width = Math.max(0, ...legs.map((trace) => pathLine(trace, hosts).length));
  return legs.map((trace) =>
    field(
      trace.leg === 'forward' ? 'there' : 'back',
      `${pathLine(trace, hosts).padEnd(width)}   ${outcomeWords(trace)}`,
    ),
  );
}

function evidenceLines(evidence: readonly Evidence[], options: TextOptions): string[] {
  return evidence.map(
    ({ host, command, answer, atUnixMs }) =>
      `${host}$ ${command}  =>  ${answer}  ${clockTime(atUnixMs, options.utcOffsetMinutes)}`,
  );
}

function commonLines(diagnosis: Diagnosis, { verbose }: TextOptions): string[] {
  const { cluster, ruledOut, notSeen, disagreements, next } = diagnosis;
  const atMost = cluster ? 2 : 4;
  const outs = ruledOut.map(({ title, because }) => `${title}: ${because}`);
  const unseen = notSeen.map((item) =>
    item.next ? `${item.what} (try: ${item.next})` : item.what,
  );
  return [
    ...block('not it', verbose ? outs : outs.slice(0, atMost)),
    ...block('not seen', verbose ? unseen : unseen.slice(0, 4)),
    ...block(
      'differs',
      disagreements.map(
        ({ host, command, kernel, model }) =>
          `${host}$ ${command}  =>  kernel: ${kernel}; our model: ${model}`,
      ),
    ),
    ...block('next', [...next]),
  ];
}

function block(label: string, lines: readonly string[]): string[] {
  return lines.map((line, index) => field(index === 0 ? label : '', line));
}

function field(label: string, text: string): string {
  return ` ${label.padEnd(8)} ${text}`;
}
