import { badRequest } from '../api/errors.ts';
import { fieldAt, type KubeObject } from '../object.ts';
import { listAt, textAt } from '../printers/printer.ts';
import type { Exchange } from './exchange.ts';
import { isTrue } from './request-info.ts';

/** One line a container wrote. */
export interface LogLine {
  readonly atUnixMs: number;
  readonly text: string;
}

/** What one run of a container wrote, and what it writes from now on. */
export interface ContainerLog {
  readonly lines: readonly LogLine[];
  /** Calls with each new line until `stop` or until the run ended. */
  follow(onLine: (line: LogLine) => void, onEnd: () => void): () => void;
}

/** `undefined` when that container has no such run. */
export type LogSource = (ask: {
  readonly pod: KubeObject;
  readonly container: string;
  readonly previous: boolean;
}) => ContainerLog | undefined;

/** `GET …/pods/<name>/log`. @throws {ApiError} 400 where there is nothing to read. */
export function sendLog(
  exchange: Exchange,
  pod: KubeObject,
  { source, now }: { readonly source: LogSource; readonly now: number },
): void {
  const { response, url } = exchange;
  const query = url.searchParams;
  const container = containerName(pod, query.get('container'));
  const previous = isTrue(query.get('previous'));
  const log = source({ pod, container, previous });
  if (!log) throw noLog(pod, container, previous);

  const isStamped = isTrue(query.get('timestamps'));
  const render = (line: LogLine): string =>
    `${isStamped ? `${new Date(line.atUnixMs).toISOString().replace('Z', '000000Z')} ` : ''}${line.text}\n`;
  const text = chosen(log.lines, query, now).map(render).join('');
  const limit = Number(query.get('limitBytes') ?? 0);
  response.writeHead(200, { 'Content-Type': 'text/plain' });
  response.write(limit > 0 ? Buffer.from(text).subarray(0, limit) : text);
  if (!isTrue(query.get('follow'))) {
    response.end();
    return;
  }
  response.flushHeaders();
  const stop = log.follow(
    (line) => response.write(render(line)),
    () => response.end(),
  );
  response.on('close', stop);
}

function chosen(
  lines: readonly LogLine[],
  query: URLSearchParams,
  now: number,
): readonly LogLine[] {
  const seconds = query.get('sinceSeconds');
  const time = query.get('sinceTime');
  const from = Math.max(
    seconds === null ? 0 : now - Number(seconds) * 1000,
    time === null ? 0 : Date.parse(time),
  );
  const recent = lines.filter(({ atUnixMs }) => atUnixMs >= from);
  const tail = query.get('tailLines');
  if (tail === null) return recent;
  return Number(tail) === 0 ? [] : recent.slice(-Number(tail));
}

/**
 * The container a request is about: the one it names, or the only one.
 *
 * @throws {ApiError} 400.
 */
export function containerName(pod: KubeObject, asked: string | null): string {
  const { name } = pod.metadata;
  const inits = listAt(pod, 'spec.initContainers').map((one) => String(one['name']));
  const names = listAt(pod, 'spec.containers').map((one) => String(one['name']));
  if (asked) {
    if ([...names, ...inits].includes(asked)) return asked;
    throw badRequest(`container ${asked} is not valid for pod ${name}`);
  }
  const [only] = names;
  if (names.length === 1 && only !== undefined) return only;
  const init = inits.length === 0 ? '' : ` or one of the init containers: [${inits.join(' ')}]`;
  throw badRequest(
    `a container name must be specified for pod ${name}, choose one of: [${names.join(' ')}]${init}`,
  );
}

function noLog(pod: KubeObject, container: string, previous: boolean): Error {
  const { name } = pod.metadata;
  if (previous) {
    return badRequest(`previous terminated container "${container}" in pod "${name}" not found`);
  }
  const statuses = listAt(pod, 'status.containerStatuses');
  const status = statuses.find((one) => one['name'] === container);
  const reason = textAt(status, 'state.waiting.reason', 'ContainerCreating');
  const isTrying = fieldAt(status, 'lastState.terminated') !== undefined;
  return badRequest(
    `container "${container}" in pod "${name}" is ${isTrying ? 'not available' : 'waiting to start'}: ${reason}`,
  );
}
