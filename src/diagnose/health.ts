import type { Case } from '../causes/cause.ts';
import { API_PATIENCE_MS } from '../causes/evidence.ts';
import type { Probe } from '../model/observation.ts';

/** A socket read within this time of an answer may show a handshake that was about to end. */
const HANDSHAKE_MS = 50;

/** What is not well although it was answered. */
export interface Shortfall {
  /** The end of a sentence that begins with the client. */
  readonly says: string;
  readonly next: string;
}

/** @param ports Every one of them should have been asked. */
export function shortfallOf(c: Case, ports: readonly number[]): Shortfall | undefined {
  const { server, client, probes } = c;
  // nobody looked from there, which says nothing of what it could ask
  if (probes.length === 0) return undefined;
  const reaches = `reaches ${server.name} there and back, and`;
  const failing = probes.find((probe) => isServerError(probe) || isSlow(probe));
  if (failing) {
    const said = isServerError(failing)
      ? `what answers on ${colon(failing)} says HTTP ${failing.httpStatus}`
      : `${colon(failing)} answers after ${(failing.elapsedMs / 1000).toFixed(1)} s, where a driver waits ${API_PATIENCE_MS / 1000} s`;
    const next = `Read the log of what answers on ${colon(failing)} (TrueNAS: /var/log/middlewared.log)`;
    return { says: `${reaches} ${said}`, next };
  }
  const unheard = probes.find((probe) => isUnheard(c, probe));
  if (unheard) {
    return {
      says: `is accepted on ${colon(unheard)} by ${server.name}, which never hears the end of the handshake`,
      next: `What ${client.name} sends to ${colon(unheard)} after that gets lost: look for a firewall on the way there that sees one half of a connection alone, as of a server with several cards`,
    };
  }
  const unasked = ports.filter((port) => !wasAsked(c, port));
  if (unasked.length === 0 || probes.some(isFailed)) return undefined;
  const names = unasked.map((port) => `:${port}`).join(' ');
  return {
    says: unasked.every((port) => isAccepted(c, port))
      ? `is accepted on ${names} by ${server.name}, and could not ask what serves there`
      : `${reaches} could not ask ${names}`,
    next: `Look from a host that has bash, curl or Node.js: ${client.name} has nothing that speaks to ${names}`,
  };
}

/** A web server that lives and whose application does not: the way works, the storage fails. */
export function isServerError({ httpStatus = 0 }: Probe): boolean {
  return httpStatus >= 500;
}

function isFailed({ outcome }: Probe): boolean {
  return outcome !== 'answered' && outcome !== 'not-run';
}

/** Of which only TCP was asked: a kernel accepts for a program that hangs. */
export function isTcpAlone({ probes }: Case, port: number): boolean {
  const asked = probes.filter(({ flow }) => flow.destinationPort === port);
  return asked.every(({ probe }) => probe === 'tcp');
}

/** In the protocol that it speaks, where we know that. */
function wasAsked(c: Case, port: number): boolean {
  const isAlone = isTcpAlone(c, port);
  return c.probes.some(
    ({ probe, flow, outcome }) =>
      flow.destinationPort === port && (probe !== 'tcp' || isAlone) && outcome !== 'not-run',
  );
}

function isAccepted({ probes }: Case, port: number): boolean {
  return probes.some(
    ({ flow, outcome }) => flow.destinationPort === port && outcome === 'answered',
  );
}

function isSlow({ probe, outcome, elapsedMs }: Probe): boolean {
  const isApi = probe === 'http' || probe === 'https';
  return isApi && outcome === 'answered' && elapsedMs >= API_PATIENCE_MS;
}

/** The client has its answer, and the server still waits for the acknowledgement of it. */
function isUnheard({ snapshot, server, client }: Case, { probe, flow, ...own }: Probe): boolean {
  if (probe !== 'tcp' || own.outcome !== 'answered' || flow.sourcePort === undefined) return false;
  const heardUnixMs = own.atUnixMs + own.elapsedMs + HANDSHAKE_MS;
  return snapshot.observations.some(
    (o) =>
      o.kind === 'socket' &&
      o.host === server.id &&
      o.state === 'SYN-RECV' &&
      o.atUnixMs > heardUnixMs &&
      o.local.port === flow.destinationPort &&
      o.remote.address === client.address &&
      o.remote.port === flow.sourcePort,
  );
}

function colon({ flow }: Probe): string {
  return `:${flow.destinationPort}`;
}
