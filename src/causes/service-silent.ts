import type { Evidence } from '../model/diagnosis.ts';
import type { SocketState } from '../model/observation.ts';
import { anotherMachine } from './another-machine.ts';
import type { Case, Cause, Verdict } from './cause.ts';
import { API_PATIENCE_MS, called, probeEvidence, provesTogether } from './evidence.ts';
import { connectionsOf } from './probe-connections.ts';

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
  // a shorter silence is slowness that its users survive, so it is not called a fault
  const silent = c.probes.filter((p) => p.outcome === 'silent' && p.elapsedMs >= API_PATIENCE_MS);
  if (silent.length === 0) {
    return { is: 'absent', because: 'no service accepted a connection and then stayed silent' };
  }
  const other = anotherMachine(c);
  if (other) return { is: 'unknown', missing: [`ss -Htn on that machine: ${other}`] };
  const ports = [...new Set(silent.flatMap(({ flow }) => flow.destinationPort ?? []))];
  const connections = connectionsOf(c, silent);
  if (connections.held.some(({ sendQueueBytes = 0 }) => sendQueueBytes > 0)) {
    return {
      is: 'absent',
      because: `${server.name} did answer: what it sent to ${client.name} is not acknowledged`,
    };
  }
  if (connections.isUnheard) {
    const because = `what ${client.name} asked of ${server.name} is not acknowledged: it gets lost on the way there`;
    return { is: 'absent', because };
  }
  const names = ports.map((port) => `:${port}`).join(' ');
  const held = heldEvidence(c, connections.held);
  const effect = silent.map((probe) => probeEvidence(c, probe, 'effect'));
  const proven = provesTogether(held, effect);
  return {
    is: 'present',
    certainty: proven ? 'proven' : 'likely',
    because: `${called(server)} accepts ${names} and then says nothing for ${API_PATIENCE_MS / 1000} s`,
    chain: [
      `the process behind ${names} at ${server.name} does not serve its connections`,
      'the kernel completes the handshake for it, so packets go there and come back',
      `${client.name} waits ${API_PATIENCE_MS / 1000} s for an answer and gives up`,
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

function heldEvidence({ server }: Case, sockets: readonly SocketState[]): Evidence[] {
  const [first] = sockets;
  if (!first) return [];
  const unread = Math.max(0, ...sockets.map(({ receiveQueueBytes }) => receiveQueueBytes ?? 0));
  const listed = [...new Set(sockets.map(({ local }) => `:${local.port}`))].join(' ');
  return [
    {
      host: server.name,
      command: first.command,
      answer: `ESTAB ${listed}, ${unread} bytes unread, nothing sent that was not acknowledged`,
      atUnixMs: first.atUnixMs,
      shows: 'mechanism',
    },
  ];
}
