import { API_PATIENCE_MS } from '../causes/evidence.ts';
import type { ChecklistLine } from '../model/checklist.ts';
import type { Probe } from '../model/observation.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { isServerError } from './health.ts';

/** Every port from every client, and that there is none of which nobody knows whether it is answered. */
export function clientLines(snapshot: Snapshot): ChecklistLine[] {
  const { observations, hosts, question } = snapshot;
  const probes = observations.filter(
    (o): o is Probe => o.kind === 'probe' && o.role === 'target' && o.probe !== 'icmp',
  );
  const asked = probes.flatMap((probe) => {
    const name = hosts[probe.host]?.name ?? probe.host;
    const answers = answerLine(probe, name);
    const isApi = probe.probe === 'http' || probe.probe === 'https';
    return isApi && probe.outcome === 'answered' ? [answers, apiTimeLine(probe, name)] : [answers];
  });
  const unasked = [question.from, ...question.compare].filter(
    (id) => id !== '' && !probes.some(({ host }) => host === id),
  );
  return [...asked, ...unasked.map((id) => unaskedLine(id, snapshot))];
}

/** Of a client that nobody could look from, no port is known to answer. */
function unaskedLine(id: string, { hosts, question, failedVantages }: Snapshot): ChecklistLine {
  const failed = failedVantages.find(({ vantage }) => vantage.includes(id));
  return {
    id: 'service-answers',
    what: `${hosts[id]?.name ?? id} reaches ${question.serverAddresses[0] ?? question.to}`,
    is: 'unknown',
    evidence: failed ? `${failed.vantage}: ${failed.why}` : 'nothing was asked from there',
  };
}

function answerLine(probe: Probe, client: string): ChecklistLine {
  const { outcome, command, atUnixMs, detail } = probe;
  const answered = outcome === 'answered' && !isServerError(probe);
  const said = detail === undefined ? outcome : `${outcome} (${detail})`;
  return {
    id: 'service-answers',
    what: `${client} reaches ${placeOf(probe)} (${probe.probe})`,
    is: answered ? 'ok' : outcome === 'not-run' ? 'unknown' : 'bad',
    evidence: `${command}  =>  ${said} in ${timeOf(probe)}`,
    atUnixMs,
  };
}

function apiTimeLine(probe: Probe, client: string): ChecklistLine {
  return {
    id: 'api-in-time',
    what: `the API answers ${client} at ${placeOf(probe)} within ${API_PATIENCE_MS / 1000} s`,
    is: probe.elapsedMs < API_PATIENCE_MS ? 'ok' : 'bad',
    evidence: `${probe.command}  =>  ${timeOf(probe)}`,
    atUnixMs: probe.atUnixMs,
  };
}

function placeOf({ flow }: Probe): string {
  return `${flow.destination}:${flow.destinationPort ?? ''}`;
}

function timeOf({ elapsedMs }: Probe): string {
  return `${Math.round(elapsedMs)} ms`;
}
