import { seen } from '../../model/fact.ts';
import type { TailscaleElsewhere } from '../../model/tailscale.ts';
import type { CollectContext, Collecting } from '../collector.ts';
import { failureOf } from '../read.ts';
import type { SectionAnswer } from '../section.ts';
import { FIND_TYPED, processesIn, put, putElsewhere, putMissing, whyNotReached } from './found.ts';
import { factOfSection, typedRequest } from './local-api.ts';
import { Prefs, Status } from './schema.ts';
import type { FoundProcesses } from './sockets.ts';

/** How the script reached the host's own tailscaled, and how a person would ask the same way. */
interface Reached {
  readonly reachedBy: string;
  readonly typed: { readonly prefs: string; readonly status: string };
}

/** Where only the shell can ask, sections of the script bring the answers. */
export function startReading(context: CollectContext): Collecting {
  let found: FoundProcesses | undefined;
  let reached: Reached | undefined;
  const elsewhere: TailscaleElsewhere[] = [];

  const takers: Readonly<Record<string, (answer: SectionAnswer) => void>> = {
    'tailscale-found': (answer) => {
      found = processesIn(answer, context);
    },
    'tailscale-reached': (answer) => {
      if (found) reached = takeReached(answer, found, context);
    },
    'tailscale-prefs': (answer) => {
      if (!reached) return;
      const fact = factOfSection(answer, { typed: reached.typed.prefs, schema: Prefs });
      put(context, { prefs: fact });
    },
    'tailscale-status': (answer) => {
      if (!reached) return;
      const fact = factOfSection(answer, { typed: reached.typed.status, schema: Status });
      put(context, { status: fact });
    },
    'tailscale-end': () => {
      if (found) putElsewhere(context, found, elsewhere);
    },
  };
  return {
    settled: () => Promise.resolve(),
    take(answer) {
      const [, socket] = /^tailscale-other:(\/\S+)$/.exec(answer.id) ?? [];
      if (socket === undefined) return takers[answer.id]?.(answer);
      const typed = typedRequest(socket, 'status');
      const status = factOfSection(answer, { typed, schema: Status });
      if (status.seen) elsewhere.push({ reachedBy: socket, status: status.value });
    },
  };
}

function takeReached(
  answer: SectionAnswer,
  found: FoundProcesses,
  context: CollectContext,
): Reached | undefined {
  const failure = failureOf(answer, FIND_TYPED);
  if (failure || answer.is === 'unread') {
    if (failure && !failure.seen) putMissing(context, failure);
    return undefined;
  }
  const [line = '', box = ''] = answer.stdout.split('\n');
  const [by = '', socket = ''] = line.split(' ');
  // a Map: what the far side prints may well be the name of something every object has
  const reached = waysIn(socket, box).get(by);
  if (!reached) {
    const tried = socket
      ? `${socket} is there, but neither curl nor tailscale is`
      : 'its socket was not found';
    putMissing(context, whyNotReached(found, tried));
    return undefined;
  }
  put(context, { reachedBy: seen(reached.reachedBy, FIND_TYPED, answer.readAtUnixMs) });
  return reached;
}

function waysIn(socket: string, box: string): ReadonlyMap<string, Reached> {
  const cli = `tailscale --socket=${socket}`;
  const docker = `docker exec ${box} tailscale`;
  return new Map([
    [
      'curl',
      {
        reachedBy: socket,
        typed: { prefs: typedRequest(socket, 'prefs'), status: typedRequest(socket, 'status') },
      },
    ],
    [
      'cli',
      {
        reachedBy: socket,
        typed: { prefs: `${cli} debug prefs`, status: `${cli} status --json` },
      },
    ],
    [
      'docker',
      {
        reachedBy: `docker exec ${box}`,
        typed: { prefs: `${docker} debug prefs`, status: `${docker} status --json` },
      },
    ],
  ]);
}
