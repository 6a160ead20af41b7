import type { Diagnosis, Evidence, Finding } from '../model/diagnosis.ts';
import type { Trace } from '../model/trace.ts';
import { checklistMarkdown } from './checklist-text.ts';
import { clockTime, dateTime } from './clock-time.ts';
import { clusterMarkdown } from './cluster-markdown.ts';
import { type Done, fixDone } from './fix-markdown.ts';
import { toMermaid } from './mermaid.ts';
import { legsToShow, outcomeWords, pathLine } from './path-line.ts';
import { printableAll } from './printable.ts';

/**
 * A diagnosis as an incident write-up. Every sentence comes from the diagnosis; a section about
 * which nothing is known yet says so instead of being filled.
 *
 * @param utcOffsetMinutes Minutes east of UTC for the times printed.
 * @param done What was done about it and how it was checked, where that was done.
 */
export function toMarkdown(said: Diagnosis, utcOffsetMinutes: number, done?: Done): string {
  const diagnosis = printableAll(said);
  const sections = [
    `# ${title(diagnosis)}`,
    summary(diagnosis, utcOffsetMinutes),
    symptoms(diagnosis, utcOffsetMinutes),
    broken(diagnosis),
    evidence(diagnosis, utcOffsetMinutes),
    ruledOut(diagnosis),
    done ? fixDone(done, utcOffsetMinutes) : fix(diagnosis),
    done?.checklist
      ? ['## Verification', checklistMarkdown(done.checklist, utcOffsetMinutes)].join('\n\n')
      : verification(diagnosis),
    prevention(diagnosis),
  ];
  return `${sections.filter(Boolean).join('\n\n')}\n`;
}

function title(diagnosis: Diagnosis): string {
  return diagnosis.findings[0]?.title ?? 'No cause found';
}

function summary(diagnosis: Diagnosis, offset: number): string {
  const lines = diagnosis.findings.map(
    (finding) => `**${capital(finding.certainty)}** (\`${finding.cause}\`): ${finding.summary}.`,
  );
  return [
    '## Summary',
    ...(lines.length > 0 ? lines : [`${diagnosis.summary}.`]),
    `Looked at from ${dateTime(diagnosis.startedUnixMs, offset)}, for ${((diagnosis.endedUnixMs - diagnosis.startedUnixMs) / 1000).toFixed(1)} s.`,
  ].join('\n\n');
}

function symptoms(diagnosis: Diagnosis, offset: number): string {
  const effects = diagnosis.findings.flatMap((finding) =>
    finding.evidence.filter(({ shows }) => shows === 'effect'),
  );
  const rows = (effects.length > 0 ? effects : diagnosis.evidence).map(
    (item) => `- ${item.host}: ${item.answer} (${clockTime(item.atUnixMs, offset)})`,
  );
  const contrast = diagnosis.findings.flatMap((finding) => finding.contrast.map((c) => `- ${c}`));
  return [
    '## Symptoms and impact',
    ...clusterMarkdown(diagnosis, offset),
    ...(diagnosis.cluster ? ['### On the path'] : []),
    [...new Set(rows)].join('\n') || 'Nothing was seen to fail.',
    ...(contrast.length > 0 ? ['What works all the same:', contrast.join('\n')] : []),
  ].join('\n\n');
}

function broken(diagnosis: Diagnosis): string {
  const chains = diagnosis.findings.map((finding) =>
    finding.chain.map((step, index) => `${index + 1}. ${step}`).join('\n'),
  );
  if (diagnosis.traces.length === 0 && chains.length === 0) return '';
  const legs = legsToShow(diagnosis);
  return [
    '## What was broken',
    ...chains,
    '### Expected path',
    expected(diagnosis),
    '### Path as the hosts decide it',
    legs.map((trace) => pathItem(trace, diagnosis)).join('\n'),
    ['```mermaid', toMermaid(legs, diagnosis.hosts), '```'].join('\n'),
  ].join('\n\n');
}

function expected({ question, hosts }: Diagnosis): string {
  const client = hosts[question.from]?.name ?? question.from;
  const server = hosts[question.to]?.name ?? question.to;
  const address = question.serverAddresses[0] ?? server;
  return `1. ${client} sends to ${address} over the LAN.\n2. ${server} answers from ${address} by the same LAN.`;
}

function pathItem(trace: Trace, { hosts }: Diagnosis): string {
  const name = trace.leg === 'forward' ? 'There' : 'Back';
  const steps = trace.steps.map(
    ({ host, because }) => `  - ${hosts[host]?.name ?? host}: ${because}`,
  );
  return [`- ${name}: \`${pathLine(trace, hosts)}\`: ${outcomeWords(trace)}`, ...steps].join('\n');
}

function evidence(diagnosis: Diagnosis, offset: number): string {
  const items = diagnosis.findings.flatMap((finding) => finding.evidence);
  const all = items.length > 0 ? items : diagnosis.evidence;
  if (all.length === 0) return '';
  return ['## Evidence', ...all.map((item) => evidenceItem(item, offset))].join('\n\n');
}

function evidenceItem(
  { host, command, answer, atUnixMs, shows }: Evidence,
  offset: number,
): string {
  return [
    `On ${host} at ${clockTime(atUnixMs, offset)} (${shows}):`,
    ['```console', `$ ${command}`, answer, '```'].join('\n'),
  ].join('\n\n');
}

function ruledOut({ ruledOut: outs, notSeen, disagreements }: Diagnosis): string {
  const lines = [
    ...outs.map(({ title: what, because }) => `- Not it: ${what} (${because})`),
    ...notSeen.map(({ what, next }) => `- Not seen: ${what}${next ? `; try \`${next}\`` : ''}`),
    ...disagreements.map(
      (d) =>
        `- Model and kernel differ on ${d.host}, \`${d.command}\`: kernel ${d.kernel}, model ${d.model}`,
    ),
  ];
  return lines.length > 0 ? ['## Ruled out, and not seen', lines.join('\n')].join('\n\n') : '';
}

function fix({ findings, next }: Diagnosis): string {
  const lines = findings.flatMap((f) => fixLines(f));
  return ['## Fix', (lines.length > 0 ? lines : next.map((n) => `- ${n}`)).join('\n')].join('\n\n');
}

function fixLines({ byHand }: Finding): string[] {
  return [
    `- Now, on ${byHand.where}: \`${byHand.now}\``,
    ...(byHand.later ? [`- So that it lasts: ${byHand.later}`] : []),
  ];
}

function verification({ findings }: Diagnosis): string {
  const checks = findings
    .flatMap((finding) => finding.evidence)
    .flatMap(({ host, command, healthy }) =>
      healthy ? [`- [ ] ${host}: \`${command}\` gives ${healthy}`] : [],
    );
  if (checks.length === 0) return '';
  return ['## Verification', [...new Set(checks)].join('\n')].join('\n\n');
}

function prevention({ findings }: Diagnosis): string {
  const also = findings.flatMap((finding) => finding.also);
  if (findings.length === 0) return '';
  const later = findings.flatMap(({ byHand }) => (byHand.later ? [`- ${byHand.later}`] : []));
  const lines = [
    ...later,
    ...(also.length > 0
      ? [`- The same cause also takes ${also.join(', ')}: check who depends on them.`]
      : []),
  ];
  return ['## Prevention', lines.join('\n') || 'Nothing to add.'].join('\n\n');
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
