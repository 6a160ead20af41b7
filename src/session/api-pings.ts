import { askPings } from '../collect/truenas/ask-pings.ts';
import type { RouteQuestion } from '../diagnose/questions.ts';
import type { BoundPing } from '../model/observation.ts';
import { familyOf } from '../model/prefix.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { Clock } from '../ports/clock.ts';
import type { Vantage } from '../ports/vantage.ts';

/**
 * Where no shell can ask the kernel of a server how it answers, pings through its API do. Nothing
 * is sent where the rules of that family were seen. Never rejects.
 */
export async function pingsByApi(
  { truenas, hostId }: Vantage,
  questions: readonly RouteQuestion[],
  {
    snapshot,
    ...means
  }: { readonly snapshot: Snapshot; readonly clock: Clock; readonly signal: AbortSignal },
): Promise<readonly BoundPing[]> {
  const host = snapshot.hosts[hostId];
  if (!truenas || !host) return [];
  const { controls, compare } = snapshot.question;
  const neighbours = [...controls, ...compare.flatMap((id) => addressesOf(snapshot, id))];
  const pings = await Promise.all(
    questions.map(({ destination: client, source: server, inputDevice }) =>
      server === undefined || inputDevice !== undefined || host.network.rules[familyOf(server)].seen
        ? []
        : askPings(truenas, { host, client, server, neighbours, ...means }),
    ),
  );
  return pings.flat();
}

function addressesOf({ hosts }: Snapshot, id: string): string[] {
  const addresses = hosts[id]?.network.addresses;
  return addresses?.seen ? addresses.value.map(({ local }) => local) : [];
}
