import type { Evidence } from '../model/diagnosis.ts';
import type { CounterSample, Probe, SocketState } from '../model/observation.ts';
import type { Case, Party } from './cause.ts';

/** Mechanism and effect must be read within this time of each other to prove one another. */
const SAME_MOMENT_MS = 60_000;

/** democratic-csi gives the TrueNAS API five seconds (its axios timeout for system/version). */
export const API_PATIENCE_MS = 5000;

// A healthy LAN answers within a millisecond or so; a host that has to wake a task may need some
// tens. 300 ms is past both, and 20 round trips covers links that are slow by nature. The first
// SYN is repeated only after a second, so waiting longer than this shows nothing new before that.
const SILENCE_FLOOR_MS = 300;
const SILENCE_ROUND_TRIPS = 20;

/** Whether the probe shows that packets go there and come back, whatever the service said. */
export function cameBack(probe: Probe): boolean {
  return ['answered', 'refused', 'reset', 'silent'].includes(probe.outcome);
}

/**
 * How long a target must stay silent to count as silent, in milliseconds: the larger of 300 ms and
 * 20 round trips to the control, the shortest that was measured. Undefined without an answering control.
 */
export function silenceMs(controls: readonly Probe[]): number | undefined {
  const answers = controls.filter(cameBack).map((probe) => probe.connectMs ?? probe.elapsedMs);
  if (answers.length === 0) return undefined;
  return Math.max(SILENCE_FLOOR_MS, SILENCE_ROUND_TRIPS * Math.min(...answers));
}

/** Probes of the case that stayed silent long enough while a control answered the same client. */
export function silentProbes(c: Case): readonly Probe[] {
  const needed = silenceMs(c.controls);
  if (needed === undefined) return [];
  return c.probes.filter((p) => p.outcome === 'timed-out' && p.elapsedMs >= needed);
}

/**
 * What shows that packets between client and server really get lost now: half-open sockets at the
 * server, drops of its reverse-path filter, or silence while a control answered. Empty as soon as
 * any probe of the flow came back.
 */
export function effectOf(c: Case): readonly Evidence[] {
  if (!c.probes.some(({ outcome }) => outcome === 'timed-out') || c.probes.some(cameBack))
    return [];
  return [...halfOpen(c), ...filteredByServer(c), ...silence(c)];
}

function silence(c: Case): readonly Evidence[] {
  const silent = silentProbes(c);
  const control = c.controls.find(cameBack);
  if (silent.length === 0 || !control) return [];
  return [
    ...silent.map((probe) => probeEvidence(c, probe, 'effect')),
    probeEvidence(c, control, 'effect'),
  ];
}

/**
 * A socket in SYN-RECV: the SYN came in, the SYN-ACK went out, nothing acknowledged it. Only one
 * whose other end the client still holds in SYN-SENT belongs to our probes: a server keeps such
 * sockets for a minute, past the mending of what caused them.
 */
export function halfOpen(c: Case): readonly Evidence[] {
  const { server, client, snapshot } = c;
  const all = snapshot.observations.filter((o): o is SocketState => o.kind === 'socket');
  const waiting = all.filter((o) => o.host === client.id && o.state === 'SYN-SENT');
  const sockets = all.filter(
    (o) =>
      o.host === server.id &&
      o.state === 'SYN-RECV' &&
      o.local.address === server.address &&
      waiting.some(
        ({ local, remote }) =>
          local.address === o.remote.address &&
          local.port === o.remote.port &&
          remote.address === o.local.address &&
          remote.port === o.local.port,
      ),
  );
  const [first] = sockets;
  if (!first) return [];
  const ports = [...new Set(sockets.map((s) => `:${s.local.port}`))].join(' ');
  return [
    {
      host: server.name,
      command: first.command,
      answer: `SYN-RECV ${server.address} ${ports} from ${first.remote.address}`,
      atUnixMs: first.atUnixMs,
      shows: 'effect',
    },
  ];
}

/**
 * The reverse-path filter of the server drops what the client sends, as the trace says and its
 * counter shows. Alone the counter shows nothing: anybody's packet makes it rise.
 */
export function filteredByServer(c: Case): readonly Evidence[] {
  const isFiltered =
    c.forward?.outcome === 'reverse-path-filtered' && c.forward.steps.at(-1)?.host === c.server.id;
  const rise = isFiltered ? filterRise(c) : undefined;
  return rise ? [rise.evidence] : [];
}

/** How often the server's reverse-path filter dropped something between the samples of the look. */
export function filterRise(
  c: Case,
): { readonly by: number; readonly evidence: Evidence } | undefined {
  const counter = 'TcpExt:IPReversePathFilter';
  const samples = c.snapshot.observations.filter(
    (o): o is CounterSample => o.kind === 'counters' && o.host === c.server.id,
  );
  const before = samples.find((s) => s.phase === 'before');
  const after = samples.findLast((s) => s.phase === 'after');
  const by = (after?.values[counter] ?? 0) - (before?.values[counter] ?? 0);
  if (!before || !after || by <= 0) return undefined;
  const evidence: Evidence = {
    host: c.server.name,
    command: after.command,
    answer: `${counter} rose by ${by} while ${c.client.name} was probing`,
    atUnixMs: after.atUnixMs,
    shows: 'effect',
  };
  return { by, evidence };
}

/** A probe as evidence, in one line. */
export function probeEvidence(c: Case, probe: Probe, shows: Evidence['shows']): Evidence {
  const { destination, destinationPort } = probe.flow;
  const place = destinationPort === undefined ? destination : `${destination}:${destinationPort}`;
  const took = Math.round(probe.elapsedMs);
  const said = {
    answered: `answered in ${took} ms`,
    refused: `refused after ${took} ms`,
    reset: 'accepted, then reset',
    'timed-out': `no answer in ${took} ms`,
    unreachable: `unreachable (${probe.detail ?? 'no reason given'})`,
    silent: `accepted, then silent for ${took} ms`,
    'not-run': `not asked (${probe.detail ?? 'no reason given'})`,
  }[probe.outcome];
  const host = c.snapshot.hosts[probe.host]?.name ?? probe.host;
  return {
    host,
    command: probe.command,
    answer: `${probe.probe} ${place} ${said}`,
    atUnixMs: probe.atUnixMs,
    shows,
    ...(probe.role === 'target' ? { healthy: 'an answer' } : {}),
  };
}

/** `truenas (10.0.0.210)`, or the address alone when that is all we know. */
export function called({ name, address }: Party): string {
  if (address === undefined) return `${name} (address unknown)`;
  return name === address ? address : `${name} (${address})`;
}

/**
 * That the server itself is alive: from where we sit it was silent on one address and answered on
 * another, usually LAN and tailnet.
 */
export function aliveElsewhere({ server }: Case): string[] {
  const attempts = server.facts?.attempts ?? [];
  const answered = attempts.find(({ outcome }) => outcome === 'answered');
  const silent = attempts.filter(({ outcome }) => outcome === 'timed-out');
  if (!answered || silent.length === 0) return [];
  const addresses = silent.map(({ address }) => address).join(', ');
  return [`${server.name} is silent to us on ${addresses} and answers on ${answered.address}`];
}

/** Other clients that the same address answers, each as `name (address)`. */
export function answeredOthers({ others }: Case): readonly Party[] {
  return others.filter(({ probes }) => probes.some(cameBack)).map(({ client }) => client);
}

/** Whether some mechanism and some effect were read close enough together to prove each other. */
export function provesTogether(
  mechanism: readonly Evidence[],
  effect: readonly Evidence[],
): boolean {
  return mechanism.some((m) =>
    effect.some((e) => Math.abs(m.atUnixMs - e.atUnixMs) <= SAME_MOMENT_MS),
  );
}

/** What tailscaled of the server is set to, and what the app of a TrueNAS would set it to. */
export function settingsEvidence(c: Case): Evidence[] {
  const { server } = c;
  const prefs = server.facts?.tailscale.prefs;
  const apps = server.facts?.truenas?.tailscaleApps;
  const preference = prefs?.seen
    ? [
        {
          host: server.name,
          command: prefs.from,
          answer: `"RouteAll": ${prefs.value.acceptsRoutes}`,
          atUnixMs: prefs.readAtUnixMs,
          shows: 'context' as const,
        },
      ]
    : [];
  const settings = (apps?.seen ? apps.value : []).map(({ name, acceptRoutes, authOnce }) => ({
    host: server.name,
    command: `midclt call app.config ${name}`,
    answer: `"accept_routes": ${acceptRoutes}, "auth_once": ${authOnce}`,
    atUnixMs: apps?.seen ? apps.readAtUnixMs : 0,
    shows: 'context' as const,
  }));
  return [...preference, ...settings, ...lastChange(c)];
}

/** What was changed by hand shortly before is what a person thinks of first. */
const RECENT_MS = 24 * 60 * 60_000;
const SHAPES_ROUTING = /^(?:app|docker|interface|network|staticroute|route)\./;

function lastChange({ server, snapshot }: Case): Evidence[] {
  const changes = server.facts?.truenas?.changes;
  const newest = (changes?.seen ? changes.value : []).find(
    ({ method, atUnixMs }) =>
      SHAPES_ROUTING.test(method) && Math.abs(snapshot.endedUnixMs - atUnixMs) < RECENT_MS,
  );
  if (!changes?.seen || !newest) return [];
  const { user, method, what, atUnixMs } = newest;
  const at = new Date(atUnixMs).toISOString().slice(0, 16).replace('T', ' ');
  const answer = `${at} UTC ${user}: ${method}${what ? ` (${what})` : ''}`;
  const { readAtUnixMs } = changes;
  const command = 'midclt call audit.query';
  return [{ host: server.name, command, answer, atUnixMs: readAtUnixMs, shows: 'context' }];
}

/** The server answers ARP, or at the address that it seems to have in the tailnet. */
export function isUp({ snapshot, client, server }: Case): boolean {
  const { tailnetAddresses = [] } = snapshot.question;
  return snapshot.observations.some((o) => {
    if (o.kind === 'probe') return tailnetAddresses.includes(o.flow.destination) && cameBack(o);
    if (o.kind !== 'neighbour' || o.host !== client.id) return false;
    const { address, mac, state } = o.neighbour;
    return address === server.address && mac !== undefined && !state.includes('FAILED');
  });
}
