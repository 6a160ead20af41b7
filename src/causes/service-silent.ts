import type { Evidence } from '../model/diagnosis.ts';
import type { SocketState } from '../model/observation.ts';
import type { Case, Cause, Verdict } from './cause.ts';
import { probeEvidence, provesTogether } from './evidence.ts';

// democratic-csi gives the TrueNAS API five seconds (its axios timeout for system/version). A
// shorter silence is slowness that its users survive, so it is not called a fault.
const CSI_LIMIT_MS = 5000;

/** TCP is accepted and then nothing is said: the process hangs, the network does not. */
export const serviceSilent: Cause = {
  id: 'service-silent',
  title: 'The service accepts connections and says nothing',
  breaks: 'service',
  fixes: [],
  judge,
};

function judge(c: Case): Verdict {
  const { server, client } = c;
  if (c.probes.length === 0) {
    return { is: 'unknown', missing: [`a probe from ${client.name} to ${server.address}`] };
  }
  const silent = c.probes.filter((p) => p.outcome === 'silent' && p.elapsedMs >= CSI_LIMIT_MS);
  if (silent.length === 0) {
    return { is: 'absent', because: 'no service accepted a connection and then stayed silent' };
  }
  const ports = [...new Set(silent.flatMap(({ flow }) => flow.destinationPort ?? []))];
  const names = ports.map((port) => `:${port}`).join(' ');
  const held = acceptedAt(c, ports);
  const effect = silent.map((probe) => probeEvidence(c, probe, 'effect'));
  const proven = provesTogether(held, effect);
  return {
    is: 'present',
    certainty: proven ? 'proven' : 'likely',
    because: `${server.name} (${server.address}) accepts ${names} and then says nothing for ${CSI_LIMIT_MS / 1000} s`,
    chain: [
      `the process behind ${names} at ${server.name} does not serve its connections`,
      'the kernel completes the handshake for it, so packets go there and come back',
      `${client.name} waits ${CSI_LIMIT_MS / 1000} s for an answer and gives up`,
    ],
    evidence: [...held, ...effect],
    contrast: [],
    also: [],
    ...(proven
      ? {}
      : {
          wouldProve: `ss -Htn   on ${server.name} (an established connection from ${client.address ?? client.name})`,
        }),
    byHand: { now: `look at the service behind ${names} and restart it`, where: server.name },
  };
}

/** Connections of the client that the server holds open, or the listeners they came in by. */
function acceptedAt({ snapshot, server }: Case, ports: readonly number[]): Evidence[] {
  const sockets = snapshot.observations.filter(
    (o): o is SocketState =>
      o.kind === 'socket' &&
      o.host === server.id &&
      (o.state === 'ESTAB' || o.state === 'LISTEN') &&
      ports.includes(o.local.port),
  );
  const [first] = sockets;
  if (!first) return [];
  const listed = [...new Set(sockets.map((s) => `${s.state} :${s.local.port}`))].join(', ');
  return [
    {
      host: server.name,
      command: first.command,
      answer: listed,
      atUnixMs: first.atUnixMs,
      shows: 'mechanism',
    },
  ];
}
