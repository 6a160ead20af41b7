import type { Errno } from '../../src/routing/decision.ts';
import type { Answers } from './namespace.ts';

/** What the kernel said to one `ip route get`. */
export type KernelSaid =
  | {
      readonly is: 'route';
      readonly type: string;
      readonly device: string | undefined;
      readonly gateway: string | undefined;
      /** 0 when it comes from no table. */
      readonly table: number;
      readonly source: string | undefined;
    }
  | { readonly is: 'error'; readonly errno: Errno | string };

const ERRNO: Readonly<Record<string, Errno>> = {
  'Network is unreachable': 'ENETUNREACH',
  'No route to host': 'EHOSTUNREACH',
  'Permission denied': 'EACCES',
  'Invalid argument': 'EINVAL',
  'Invalid cross-device link': 'EXDEV',
  'No such device': 'ENODEV',
  'Resource temporarily unavailable': 'EAGAIN',
};

interface Printed {
  readonly type?: string;
  readonly dev?: string;
  readonly gateway?: string;
  readonly via?: { readonly host: string };
  readonly table?: string;
  readonly prefsrc?: string;
}

/** One answer for each of `count` lines that were asked, in order. */
export function kernelSaid({ output, errors }: Answers, count: number): KernelSaid[] {
  const failed = failures(errors);
  const printed = JSON.parse(`[${output.trimEnd().replaceAll(']\n[', '],[')}]`) as [Printed][];
  let next = 0;
  const said: KernelSaid[] = [];
  for (let line = 1; line <= count; line++) {
    const errno = failed.get(line);
    if (errno !== undefined) {
      said.push({ is: 'error', errno });
      continue;
    }
    const route = printed[next++]?.[0];
    if (!route) throw new Error(`Cannot match answers to questions: none is left for line ${line}`);
    said.push(routeOf(route));
  }
  if (next !== printed.length) {
    throw new Error(`Cannot match answers to questions: ${printed.length - next} are left over`);
  }
  return said;
}

/** Line number to error; the text before `Command failed` is what the kernel answered. */
function failures(errors: string): Map<number, string> {
  const failed = new Map<number, string>();
  let last = '';
  for (const line of errors.split('\n')) {
    const number = /^Command failed .*:(\d+)$/.exec(line)?.[1];
    if (number === undefined) last = line;
    else failed.set(Number(number), ERRNO[last.replace('RTNETLINK answers: ', '')] ?? last);
  }
  return failed;
}

function routeOf({ type, dev, gateway, via, table, prefsrc }: Printed): KernelSaid {
  return {
    is: 'route',
    type: type ?? 'unicast',
    device: dev,
    gateway: gateway ?? via?.host,
    table: table === undefined ? 254 : Number(table),
    source: prefsrc,
  };
}
