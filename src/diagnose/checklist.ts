import { CHECKLIST_VERSION, type Checklist, type ChecklistLine } from '../model/checklist.ts';
import type { HostFacts } from '../model/host.ts';
import type { Rule } from '../model/network.ts';
import type { KernelRoute, Probe } from '../model/observation.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { ruleText } from '../model/text.ts';
import { capturedSubnets } from '../routing/captured-subnets.ts';
import { isVpnDevice } from '../routing/vpn.ts';
import { worldOf } from '../routing/world.ts';
import { clusterLines } from './checklist-cluster.ts';
import { isServerError } from './where-it-stops.ts';

/** What a CSI driver waits for the API of its storage, in milliseconds. */
const API_PATIENCE_MS = 5000;
/** Rules of ours. */
const PIN_PROTOCOL = '201';

/**
 * The list that was gone through by hand after the outage, made from one look: controllers, pods,
 * ports from every client, the API's time, the way back, the settings that began it.
 */
export function checklistOf(snapshot: Snapshot): Checklist {
  const lines = [
    ...clusterLines(snapshot),
    ...probeLines(snapshot),
    ...routeLines(snapshot),
    ...settingLines(snapshot),
    ...capturedLines(snapshot),
  ];
  return {
    schema: 'returnpath/checklist',
    version: CHECKLIST_VERSION,
    atUnixMs: snapshot.endedUnixMs,
    is: overall(lines),
    lines,
  };
}

/**
 * The same list while steps of a plan are left for later.
 *
 * @param ids Of lines that those steps make good.
 */
export function leavingForLater(checklist: Checklist, ids: readonly string[]): Checklist {
  const lines = checklist.lines.map((line) =>
    line.is === 'bad' && ids.includes(line.id) ? { ...line, is: 'later' as const } : line,
  );
  return { ...checklist, is: overall(lines), lines };
}

function overall(lines: readonly ChecklistLine[]): Checklist['is'] {
  if (lines.some(({ is }) => is === 'bad')) return 'bad';
  return lines.length === 0 || lines.some(({ is }) => is === 'unknown') ? 'unknown' : 'ok';
}

function probeLines({ observations, hosts }: Snapshot): ChecklistLine[] {
  const probes = observations.filter(
    (o): o is Probe => o.kind === 'probe' && o.role === 'target' && o.probe !== 'icmp',
  );
  return probes.flatMap((probe) => {
    const name = hosts[probe.host]?.name ?? probe.host;
    const answers = answerLine(probe, name);
    const isApi = probe.probe === 'http' || probe.probe === 'https';
    return isApi && probe.outcome === 'answered' ? [answers, apiTimeLine(probe, name)] : [answers];
  });
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

/** The kernel's own word on how the server sends to the client. */
function routeLines({ observations, question, hosts }: Snapshot): ChecklistLine[] {
  const server = hosts[question.to];
  const links = server?.network.links.seen ? server.network.links.value : [];
  const asked = observations.filter(
    (o): o is KernelRoute =>
      o.kind === 'kernel-route' && o.host === question.to && o.inputDevice === undefined,
  );
  if (asked.length === 0) {
    return [
      {
        id: 'replies-by-lan',
        what: 'the server sends to the client by its LAN',
        is: 'unknown',
        evidence: 'its kernel could not be asked',
      },
    ];
  }
  return asked.map(({ answer, flow, command, raw, atUnixMs }) => {
    const isVpn = (name: string) =>
      isVpnDevice(
        name,
        links.find((link) => link.name === name),
      );
    return {
      id: 'replies-by-lan',
      what: `${server?.name ?? question.to} sends to ${flow.destination} by its LAN`,
      is: answer.is === 'route' && !isVpn(answer.dev) ? 'ok' : 'bad',
      evidence: `${command}  =>  ${raw}`,
      atUnixMs,
    };
  });
}

/** The preference and the app's setting; accepted routes are fine where a rule of ours pins the LAN. */
function settingLines({ hosts, question }: Snapshot): ChecklistLine[] {
  const server = hosts[question.to];
  if (!server) return [];
  const rules = server.network.rules.ipv4;
  const pin = rules.seen
    ? rules.value.find(({ protocol }) => protocol === PIN_PROTOCOL)
    : undefined;
  return [...preferenceLines(server, pin), ...appLines(server, pin)];
}

function preferenceLines({ name, tailscale }: HostFacts, pin: Rule | undefined): ChecklistLine[] {
  const { prefs } = tailscale;
  if (!prefs.seen) return [];
  const { acceptsRoutes } = prefs.value;
  return [
    {
      id: 'accept-routes-off',
      what: pin
        ? `the LAN of ${name} is pinned before accepted routes`
        : `tailscaled of ${name} accepts no routes`,
      is: acceptsRoutes && !pin ? 'bad' : 'ok',
      evidence: `${prefs.from}  =>  RouteAll ${acceptsRoutes}${pin ? `; ip rule  =>  ${ruleText(pin)}` : ''}`,
      atUnixMs: prefs.readAtUnixMs,
    },
  ];
}

function appLines({ truenas }: HostFacts, pin: Rule | undefined): ChecklistLine[] {
  const apps = truenas?.tailscaleApps;
  return (apps?.seen ? apps.value : []).map(({ name, acceptRoutes }) => ({
    id: 'app-accept-routes-off',
    what: `the app "${name}" does not turn Accept Routes on at its next log-in`,
    is: acceptRoutes && !pin ? 'bad' : 'ok',
    evidence: `app.config ${name}  =>  accept_routes ${acceptRoutes}`,
  }));
}

function capturedLines(snapshot: Snapshot): ChecklistLine[] {
  const host = worldOf(snapshot).hosts[snapshot.question.to];
  if (!host) return [];
  const captured = capturedSubnets(host);
  return [
    {
      id: 'nothing-captured',
      what: `no VPN takes an address of the subnets of ${host.name}`,
      is: captured === undefined ? 'unknown' : captured.length === 0 ? 'ok' : 'bad',
      evidence:
        captured === undefined
          ? 'rules and routes were not seen'
          : `ip rule; ip route show table all  =>  ${captured.length === 0 ? 'none' : captured.join(', ')}`,
    },
  ];
}
