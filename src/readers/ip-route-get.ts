import { TABLE } from '../model/network.ts';
import type { KernelRoute } from '../model/observation.ts';
import { addressOf, type Fields, isFields, textOf } from './fields.ts';
import { routeLines } from './ip-route-text.ts';
import { type Items, jsonItems, looksLikeJson } from './items.ts';
import { type Names, tableNumber } from './names.ts';
import { problemLog, type Reading, reading } from './reading.ts';

/** The kernel's answer to one question, as a snapshot keeps it. */
export type KernelAnswer = KernelRoute['answer'];

/**
 * Reads what `ip route get …` printed, in JSON (`-j`) or in text; `undefined` when it is no answer.
 *
 * @param stdout Empty when the kernel refused.
 * @param stderr `RTNETLINK answers: Network is unreachable`; the words of glibc and of musl.
 */
export function readRouteGet(
  stdout: string,
  stderr: string,
  names?: Names,
): Reading<KernelAnswer | undefined> {
  const items = looksLikeJson(stdout) ? jsonItems(stdout) : routeLines(stdout);
  const [first] = items.values;
  if (first !== undefined) {
    const answer = isFields(first) ? answerOf(first, names) : 'expected an object';
    if (typeof answer !== 'string') return reading(answer, items.log);
    items.complain(0, answer);
    return reading(undefined, items.log);
  }
  const error = errorOf(stderr) ?? errorOf(stdout);
  if (error) return reading(error, problemLog());
  items.log.add(1, stderr, 'neither a route nor an error');
  return reading(undefined, items.log);
}

/**
 * Reads the answers of `ip -force -batch -` to `count` questions, one a line: standard output has
 * one answer for each question that succeeded, in order; standard error has the words of each
 * failure, followed by `Command failed -:LINE`.
 */
export function readRouteGetBatch(
  { stdout, stderr }: { readonly stdout: string; readonly stderr: string },
  count: number,
  names?: Names,
): Reading<(KernelAnswer | undefined)[]> {
  const items: Items = looksLikeJson(stdout) ? jsonItems(stdout) : routeLines(stdout);
  const failures = failuresByLine(stderr);
  let next = 0;
  const answers = Array.from({ length: count }, (_, at) => {
    const failure = failures.get(at + 1);
    if (failure !== undefined) return errorOf(failure) ?? rawError(failure);
    const index = next++;
    const value = items.values[index];
    const answer = isFields(value) ? answerOf(value, names) : 'no answer';
    if (typeof answer !== 'string') return answer;
    items.complain(index, answer);
    return undefined;
  });
  return reading(answers, items.log);
}

function failuresByLine(stderr: string): ReadonlyMap<number, string> {
  const failures = new Map<number, string>();
  let words: string[] = [];
  for (const line of stderr.split('\n')) {
    const at = /^Command failed .*:(\d+)\s*$/.exec(line)?.[1];
    if (at === undefined) {
      if (line.trim() !== '') words.push(line.trim());
      continue;
    }
    failures.set(Number(at), words.join(' '));
    words = [];
  }
  return failures;
}

function answerOf(fields: Fields, names: Names | undefined): KernelAnswer | string {
  const dev = textOf(fields['dev']);
  if (dev === undefined) return 'no device';
  const name = textOf(fields['table']);
  const table = name === undefined ? TABLE.main : tableNumber(name, names);
  if (table === undefined) return `table "${name}" has no known number: its rt_tables is needed`;
  const answer: KernelAnswer = { is: 'route', type: typeOf(fields['type']), table, dev };
  const via = fields['via'];
  const gateway = textOf(isFields(via) ? via['host'] : fields['gateway']);
  if (gateway !== undefined) answer.gateway = addressOf(gateway) ?? gateway;
  const from = textOf(fields['from']);
  // with `from`, IPv6 still prints the source it would have chosen
  const source = from === undefined || from === '::' ? textOf(fields['prefsrc']) : from;
  if (source !== undefined) answer.source = addressOf(source) ?? source;
  return answer;
}

const TYPE_NAMES: ReadonlyMap<string, string> = new Map([
  ['1', 'unicast'],
  ['2', 'local'],
  ['3', 'broadcast'],
  ['4', 'anycast'],
  ['5', 'multicast'],
  ['6', 'blackhole'],
  ['7', 'unreachable'],
  ['8', 'prohibit'],
  ['9', 'throw'],
]);

function typeOf(value: unknown): string {
  const type = textOf(value) ?? 'unicast';
  return TYPE_NAMES.get(type) ?? type;
}

/** Words of the C libraries for the errors a lookup ends with: glibc first, then musl. */
const ERRNO_WORDS: readonly (readonly [RegExp, string])[] = [
  [/network is unreachable|network unreachable/i, 'ENETUNREACH'],
  [/no route to host|host is unreachable/i, 'EHOSTUNREACH'],
  [/permission denied/i, 'EACCES'],
  [/operation not permitted/i, 'EPERM'],
  [/invalid cross-device link|cross-device link/i, 'EXDEV'],
  [/cannot assign requested address|address not available/i, 'EADDRNOTAVAIL'],
  [/no such device|cannot find device/i, 'ENODEV'],
  [/resource temporarily unavailable/i, 'EAGAIN'],
  [/invalid argument/i, 'EINVAL'],
];

function errorOf(text: string): KernelAnswer | undefined {
  const line = text.split('\n').find((words) => ERRNO_WORDS.some(([known]) => known.test(words)));
  if (line === undefined) return text.trim() === '' ? undefined : rawError(text);
  const errno = ERRNO_WORDS.find(([known]) => known.test(line))?.[1];
  return { is: 'error', errno, text: line.trim() };
}

function rawError(text: string): KernelAnswer {
  return { is: 'error', text: text.trim().split('\n')[0]?.slice(0, 200) ?? '' };
}
