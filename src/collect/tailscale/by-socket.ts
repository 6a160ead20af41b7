import { seen } from '../../model/fact.ts';
import type { CollectContext, Collecting } from '../collector.ts';
import { FIND_TYPED, processesIn, put, putElsewhere, putMissing, whyNotReached } from './found.ts';
import { askLocalApi } from './local-api.ts';
import { Prefs, Status } from './schema.ts';
import { type FoundProcesses, MAX_OTHERS, ownSockets, socketsOf } from './sockets.ts';

/** Where a program of ours can open sockets, they are asked while the rest of the script runs. */
export function startAsking(context: CollectContext): Collecting {
  let asked: Promise<unknown> = Promise.resolve();
  return {
    settled: () => asked.then(() => undefined),
    take(answer) {
      if (answer.id !== 'tailscale-found') return;
      const found = processesIn(answer, context);
      if (found) asked = Promise.all([askOwn(found, context), askOthers(found, context)]);
    },
  };
}

async function askOwn(found: FoundProcesses, context: CollectContext): Promise<void> {
  const paths = ownSockets(found);
  if (paths.length === 0) return putMissing(context, whyNotReached(found, ''));
  const [prefs, status] = await Promise.all([
    askLocalApi(context, { paths, what: 'prefs', schema: Prefs }),
    askLocalApi(context, { paths, what: 'status', schema: Status }),
  ]);
  const socketPath = prefs.socketPath ?? status.socketPath;
  if (socketPath === undefined) {
    const tried = prefs.fact.seen ? '' : prefs.fact.why;
    return putMissing(context, whyNotReached(found, tried));
  }
  put(context, {
    reachedBy: seen(socketPath, FIND_TYPED, context.clock.now()),
    prefs: prefs.fact,
    status: status.fact,
  });
}

async function askOthers(found: FoundProcesses, context: CollectContext): Promise<void> {
  const answers = await Promise.all(
    found.other
      .slice(0, MAX_OTHERS)
      .map((pid) =>
        askLocalApi(context, { paths: socketsOf(pid), what: 'status', schema: Status }),
      ),
  );
  const elsewhere = answers.flatMap(({ fact, socketPath }) =>
    fact.seen && socketPath !== undefined ? [{ reachedBy: socketPath, status: fact.value }] : [],
  );
  putElsewhere(context, found, elsewhere);
}
