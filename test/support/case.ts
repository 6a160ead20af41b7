import type { Case } from '../../src/causes/cause.ts';
import type { Observation, Probe, ProbeOutcome, SocketState } from '../../src/model/observation.ts';
import { SNAPSHOT_VERSION } from '../../src/model/snapshot.ts';

export const CLIENT = '10.0.0.197';
export const SERVER = '10.0.0.210';
export const ROUTER = '10.0.0.1';
const AT = 1_000_000;

/** A case of talos-1 asking truenas, of which only what is given was seen. */
export function caseOf(seen: {
  readonly probes?: readonly Probe[];
  readonly controls?: readonly Probe[];
  readonly observations?: readonly Observation[];
}): Case {
  const { probes = [], controls = [], observations = [] } = seen;
  return {
    snapshot: {
      schema: 'returnpath/snapshot',
      version: SNAPSHOT_VERSION,
      startedUnixMs: AT,
      endedUnixMs: AT,
      question: {
        from: 'node',
        to: 'nas',
        serverAddresses: [SERVER],
        ports: [2049],
        controls: [ROUTER],
        compare: [],
      },
      hosts: {},
      failedVantages: [],
      observations: [...probes, ...controls, ...observations],
    },
    client: { id: 'node', name: 'talos-1', address: CLIENT, facts: undefined },
    server: { id: 'nas', name: 'truenas', address: SERVER, facts: undefined },
    forward: undefined,
    back: undefined,
    reply: { answer: undefined, kernel: undefined, agree: undefined },
    probes,
    controls,
    others: [],
  };
}

/** A TCP probe of the server's NFS port, or with `control` of the router. */
export function probe(
  outcome: ProbeOutcome,
  elapsedMs: number,
  role: Probe['role'] = 'target',
): Probe {
  const destination = role === 'target' ? SERVER : ROUTER;
  return {
    kind: 'probe',
    host: 'node',
    atUnixMs: AT,
    role,
    probe: 'tcp',
    flow: { protocol: 'tcp', destination, destinationPort: 2049 },
    outcome,
    elapsedMs,
    command: `nc -vz ${destination} 2049`,
  };
}

/** A socket of the server on its NFS port; `remotePort` is the client's. */
export function serverSocket(
  state: SocketState['state'],
  more: Partial<SocketState> = {},
): SocketState {
  const remote =
    state === 'LISTEN' ? { address: '::', port: 0 } : { address: CLIENT, port: 40_000 };
  return {
    kind: 'socket',
    host: 'nas',
    atUnixMs: AT,
    state,
    local: { address: SERVER, port: 2049 },
    remote,
    command: 'ss -tan',
    ...more,
  };
}

/** The other end of `serverSocket('SYN-RECV')`. */
export function clientSocket(port = 40_000): SocketState {
  return {
    kind: 'socket',
    host: 'node',
    atUnixMs: AT,
    state: 'SYN-SENT',
    local: { address: CLIENT, port },
    remote: { address: SERVER, port: 2049 },
    command: 'ss -tan',
  };
}
