import type { SocketState } from '../../model/observation.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Vantage } from '../../ports/vantage.ts';
import { readSockets } from '../../readers/sockets.ts';
import { readSection } from '../read.ts';
import { runScript } from '../shell.ts';

const TYPED = 'ss -tan state established';

/** A busy file server has thousands; those that a change could break are found among the first. */
const MOST = 5000;

/**
 * The established TCP connections of a host, those with itself left out. Never rejects: what cannot
 * be read is an empty list.
 */
export async function readConnections(
  vantage: Vantage,
  { clock, signal }: { clock: Clock; signal: AbortSignal },
): Promise<readonly SocketState[]> {
  const found: SocketState[] = [];
  await runScript(vantage, {
    // one state alone would be printed without its name
    parts: [{ id: 'linux-connections', code: '$t ss -Htan || cat /proc/net/tcp /proc/net/tcp6' }],
    clock,
    signal,
    onAnswer(answer) {
      const { fact } = readSection(answer, TYPED, readSockets);
      if (!fact.seen) return;
      const { from: command, readAtUnixMs: atUnixMs } = fact;
      const others = fact.value.filter(
        ({ state, local, remote }) => state === 'ESTAB' && local.address !== remote.address,
      );
      for (const socket of others.slice(0, MOST)) {
        found.push({ kind: 'socket', host: vantage.hostId, atUnixMs, ...socket, command });
      }
    },
  });
  return found;
}
