import { OutsideError, type OutsideProblem } from '../../model/outside-error.ts';
import type { ProbeStage } from '../../ports/vantage.ts';
import { nativeProbe } from '../probe/native-probe.ts';
import { unixHttp } from '../unix-http.ts';
import { lineCutter, type Reply, type Request } from './messages.ts';

/**
 * The agent: asks the network and local sockets on the host it was started on, on behalf of the
 * program at the other end of its pipes. Imports little, because its start is part of every wait.
 */
const running = new Map<number, AbortController>();

function say(reply: Reply): void {
  process.stdout.write(`${JSON.stringify(reply)}\n`);
}

async function serve(request: Request): Promise<void> {
  const { id } = request;
  if (request.do === 'cancel') {
    running.get(id)?.abort();
    return;
  }
  const controller = new AbortController();
  running.set(id, controller);
  try {
    say(await answer(request, controller.signal));
  } catch (error) {
    say({ id, is: 'error', error: problemOf(error) });
  } finally {
    running.delete(id);
  }
}

async function answer(
  request: Exclude<Request, { do: 'cancel' }>,
  signal: AbortSignal,
): Promise<Reply> {
  const { id } = request;
  if (request.do === 'unix-http') {
    return { id, is: 'unix-http', answer: await unixHttp(request.ask, signal) };
  }
  const onStage = (stage: ProbeStage) => say({ id, is: 'stage', stage });
  return { id, is: 'probe', answer: await nativeProbe(request.ask, { signal, onStage }) };
}

function problemOf(error: unknown): OutsideProblem {
  if (error instanceof OutsideError) {
    const { doing, found, next } = error;
    return { doing, found, next };
  }
  const found = error instanceof Error ? error.message : String(error);
  return { doing: 'answer on that host', found };
}

const cut = lineCutter();
process.stdin.setEncoding('utf8');
process.stdin.on('data', (text: string) => {
  for (const line of cut(text)) void serve(JSON.parse(line) as Request);
});
// whoever started us is gone: nobody is left to answer to
process.stdin.once('end', () => process.exit(0));
process.stdout.once('error', () => process.exit(0));
