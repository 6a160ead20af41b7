import type { ClusterView, Diagnosis, Symptom } from '../model/diagnosis.ts';
import { clockTime, dateTime } from './clock-time.ts';
import { storageLines } from './cluster-lines.ts';

const MOST_ROWS = 40;
const MOST_SHAPES = 6;

/** The Kubernetes side of an incident: what hung and when, what that lives on, who is answered. */
export function clusterMarkdown(diagnosis: Diagnosis, offset: number): string[] {
  const { cluster } = diagnosis;
  if (!cluster) return [];
  const { context, server, symptoms } = cluster;
  const where = context === undefined ? server : `${context} (${server})`;
  return [
    `In the cluster ${where}:`,
    symptoms.length > 0 ? symptomTable(symptoms, offset) : 'Nothing hangs.',
    ...impact(diagnosis),
    ...section('The storage they live on', storageLines(cluster, true)),
    ...section('What the cluster says', shapes(cluster)),
    ...section('Who is answered', [...cluster.differential, ...cluster.operator]),
    ...section('What the cluster tells the tailnet', advertised(cluster)),
    ...section('Timeline', timeline(diagnosis, offset)),
    ...section('What could not be read of the cluster', cluster.limits),
  ];
}

function symptomTable(symptoms: readonly Symptom[], offset: number): string {
  const rows = symptoms.slice(0, MOST_ROWS).map(({ object, state, sinceUnixMs, says = '' }) => {
    const name = [object.namespace, object.name].filter(Boolean).join('/');
    const since = sinceUnixMs === undefined ? '' : clockTime(sinceUnixMs, offset);
    return `| ${object.kind} \`${name}\` | ${cell(state)} | ${since} | ${cell(says)} |`;
  });
  const more = symptoms.length - MOST_ROWS;
  return [
    '| what | state | since | says |',
    '|---|---|---|---|',
    ...rows,
    ...(more > 0 ? [`| and ${more} more | | | |`] : []),
  ].join('\n');
}

function impact({ findings }: Diagnosis): string[] {
  const affected = findings.flatMap(({ affects = [] }) => affects);
  if (affected.length === 0) return [];
  const lines = affected.map(
    ({ kind, namespace, name }) => `${kind} \`${[namespace, name].filter(Boolean).join('/')}\``,
  );
  return section('Affected workloads', [...new Set(lines)]);
}

function shapes({ signatures }: ClusterView): string[] {
  return signatures
    .slice(0, MOST_SHAPES)
    .map(
      ({ id, count, meaning, proves, provesNot }) =>
        `\`${id}\`, ${count} times: ${meaning}. It proves ${proves}; it does not prove ${provesNot}.`,
    );
}

function advertised({ advertised: routes }: ClusterView): string[] {
  return routes.map(
    ({ prefix, by, pending, covers }) =>
      `${by} ${pending ? 'asks to advertise' : 'advertises'} ${prefix}${covers.length > 0 ? `: ${covers.join(', ')}` : ''}`,
  );
}

function timeline({ cluster, startedUnixMs }: Diagnosis, offset: number): string[] {
  const moments = [
    ...(cluster?.symptoms ?? []).flatMap(({ object, state, sinceUnixMs }) =>
      sinceUnixMs === undefined
        ? []
        : [{ at: sinceUnixMs, what: `${object.kind} ${object.name}: ${state}` }],
    ),
    ...(cluster?.signatures ?? [])
      .slice(0, MOST_SHAPES)
      .flatMap(({ id, firstUnixMs }) =>
        firstUnixMs === undefined ? [] : [{ at: firstUnixMs, what: `first \`${id}\`` }],
      ),
    { at: startedUnixMs, what: 'this look began' },
  ];
  return moments
    .toSorted((a, b) => a.at - b.at)
    .slice(0, MOST_ROWS)
    .map(({ at, what }) => `${dateTime(at, offset)} ${what}`);
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`### ${title}`, lines.map((line) => `- ${line}`).join('\n')];
}

/** What would end a cell of a table, or begin markup in it. */
function cell(text: string): string {
  return text.replace(/[|<>\\]/g, (mark) => `\\${mark}`);
}
