import { missing, seen } from '../../model/fact.ts';
import type { CollectContext } from '../collector.ts';
import { failureOf } from '../read.ts';
import type { SectionAnswer } from '../section.ts';

/** Who the host is, read without starting a program for each line; `$v` is the version of `ip`. */
export const IDENTITY_CODE = `
read -r x </proc/sys/kernel/hostname && echo "hostname $x" || echo "hostname $(hostname)"
for f in /etc/machine-id /var/lib/dbus/machine-id; do
if read -r x <$f; then echo "machine-id $x"; break; fi
done 2>/dev/null
read -r x </proc/sys/kernel/osrelease && echo "kernel $x" || echo "kernel $(uname -r)"
echo ip $v
while read -r x y z; do [ "$x" != Uid: ] || echo "uid $\{z%%[!0-9]*}"; done </proc/self/status || echo "uid $(id -u)"`;

export const CLOCK_CODE = "date '+%s %N'";

/** Programs whose presence says what can be asked on a host. */
const TOOLS =
  'ss nft iptables tcpdump ping nc ncat curl bash busybox timeout tailscale docker sudo conntrack ethtool midclt systemctl';

export const TOOLS_CODE = `for x in ${TOOLS}; do command -v $x; done; :`;

/** @returns What `ip -V` printed, if there is an `ip`. */
export function takeIdentity(answer: SectionAnswer, context: CollectContext): string | undefined {
  const failure = failureOf(answer, 'hostname; cat /etc/machine-id; id -u; uname -r');
  if (failure) {
    context.update((facts) => ({ ...facts, machineId: failure, privileged: failure }));
    return undefined;
  }
  if (answer.is === 'unread') return undefined;
  const values = pairs(answer.stdout);
  const hostname = values.get('hostname');
  const machineId = values.get('machine-id');
  const uid = values.get('uid');
  const kernel = values.get('kernel');
  const problem = context.vantage.rootProblem;
  context.update((facts) => ({
    ...facts,
    network: {
      ...facts.network,
      kernelRelease: kernel
        ? seen(kernel, 'uname -r', answer.readAtUnixMs)
        : missing('uname -r: no answer'),
    },
    name: hostname || facts.name,
    machineId: machineId
      ? seen(machineId, 'cat /etc/machine-id', answer.readAtUnixMs)
      : missing('cat /etc/machine-id: there is none'),
    privileged: problem
      ? missing(problem.why, problem.next)
      : uid
        ? seen(uid === '0', 'id -u', answer.readAtUnixMs)
        : missing('id -u: no answer'),
  }));
  return /utility|busybox/i.exec(values.get('ip') ?? '')?.input;
}

/** The offset is taken against the middle of the time the question and its answer took. */
export function takeClock(answer: SectionAnswer, context: CollectContext): void {
  const failure = failureOf(answer, 'date');
  if (failure || answer.is === 'unread') {
    if (failure) context.update((facts) => ({ ...facts, clockOffsetMs: failure }));
    return;
  }
  // without GNU's %N only whole seconds are known: their middle is the best guess
  const [, seconds, nanoseconds = '500000000'] = /^(\d+)(?: (\d{9}))?/.exec(answer.stdout) ?? [];
  const middle = (context.sentAtUnixMs + answer.readAtUnixMs) / 2;
  const hostMs = Number(seconds) * 1000 + Number(nanoseconds) / 1e6;
  context.update((facts) => ({
    ...facts,
    clockOffsetMs:
      seconds === undefined
        ? missing('date: not understood')
        : seen(Math.round(hostMs - middle), 'date', answer.readAtUnixMs),
  }));
}

/** @param ip What `ip -V` printed, if there is an `ip`. */
export function takeTools(
  answer: SectionAnswer,
  ip: string | undefined,
  context: CollectContext,
): void {
  const typed = 'command -v ip; ip -V';
  const failure = failureOf(answer, typed);
  const tools =
    failure ??
    (answer.is === 'unread'
      ? missing<never>(answer.why)
      : seen({ ...(ip ? { ip } : {}), ...pathsByName(answer.stdout) }, typed, answer.readAtUnixMs));
  context.update((facts) => ({ ...facts, tools }));
}

/** `/usr/bin/curl` by `curl`; an alias or a builtin of the shell is no program. */
function pathsByName(text: string): Record<string, string> {
  const paths = text.split('\n').filter((line) => /^\/[\w./+-]{1,300}$/.test(line));
  return Object.fromEntries(paths.map((path) => [path.slice(path.lastIndexOf('/') + 1), path]));
}

/** Lines of a word and the rest; the last line of a word counts. */
function pairs(text: string): Map<string, string> {
  const values = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, key, value] = /^(\S+) (.{1,300})/.exec(line) ?? [];
    if (key !== undefined && value !== undefined) values.set(key, value.trim());
  }
  return values;
}
