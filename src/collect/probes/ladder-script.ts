import type { ProbeAsk } from '../../ports/vantage.ts';
import { quoted } from '../section.ts';
import { NODE_PROGRAM, nodeRung } from './node-rung.ts';
import { urlOf, wholeSeconds } from './typed-probe.ts';

/** One way to ask with a tool the host may have. */
interface Rung {
  readonly tool: string;
  /** Exits with 127 if the tool is not there. */
  readonly code: string;
}

/** Enough of a tool's words to tell what happened, and small enough to be written in one piece. */
const TEXT_CHARACTERS = 1500;

/**
 * Shell code that asks all questions at once. Each job tries tool after tool until one is there
 * and understands its options (and does not crash), then prints one line:
 * `NONCE=PLACE TOOL EXIT-CODE UPTIME-BEFORE UPTIME-AFTER WORDS`. Lines of jobs do not mix, because
 * each is one write(2) below PIPE_BUF (pipe(7)).
 *
 * In between `NONCE=alive UPTIME` tells that the connection to us still works: a question without
 * a line by then is unanswered, and not just unheard of.
 */
export function ladderCode(asks: readonly ProbeAsk[], ticks: readonly number[]): string {
  const jobs = asks.map((ask, place) => {
    const rungs = rungsOf(ask).flatMap(({ tool, code }) => [tool, quoted(code)]);
    return `j ${place} ${rungs.join(' ')} & w="$w $!"`;
  });
  return `N=${quoted(NODE_PROGRAM)}
j() {
i=$1 k=none r=127 o= b= e=
shift
read -r b x </proc/uptime
while [ $# -gt 1 ]; do
k=$1
o=$(eval "$2" 2>&1 </dev/null)
r=$?
shift 2
case $r in 126|127|13[2-9]) k=none; continue;; esac
case $o in *[Uu]sage:*|*'nvalid option'*|*'nrecognized option'*|*'not supported'*|*/dev/tcp/*'No such file'*) k=none; continue;; esac
break
done
read -r e x </proc/uptime
set -f
set -- $o
printf '\n%s=%s %s %s %s %s %.${TEXT_CHARACTERS}s\n' "$n" "$i" "$k" "$r" "$b" "$e" "$*"
}
a() {
u=
read -r u x </proc/uptime
printf '\n%s=%s %s\n' "$n" "$1" "$u"
}
w=
a sent
${jobs.join('\n')}
for q in ${ticks.map((ms) => ms / 1000).join(' ')}; do
sleep $q >/dev/null || sleep 1 >/dev/null
a alive
done 2>/dev/null & q=$!
wait $w
kill $q`;
}

function rungsOf(ask: ProbeAsk): readonly Rung[] {
  switch (ask.probe) {
    case 'icmp':
      return [pingRung(ask)];
    case 'tcp':
      return [...bashRungs(ask, ''), ncRung(ask), curlTcpRung(ask), nodeRung(ask)];
    case 'http':
      return [curlRung(ask), ...bashRungs(ask, bashHttp(ask)), nodeRung(ask), wgetRung(ask)];
    case 'https':
      return [curlRung(ask), nodeRung(ask), wgetRung(ask)];
    case 'nfs':
      return [...bashRungs(ask, BASH_NFS), nodeRung(ask), rpcinfoRung(ask)];
  }
}

function pingRung({ address, source, timeoutMs }: ProbeAsk): Rung {
  const family = address.includes(':') ? '-6 ' : '';
  const from = source ? `-I ${quoted(source)} ` : '';
  const code = `command -v ping >/dev/null || exit 127
ping ${family}-c 1 -W ${wholeSeconds(timeoutMs)} ${from}${quoted(address)}`;
  return { tool: 'ping', code };
}

/**
 * bash itself connects, and prints `+` and the microseconds once it is through. It cannot bind a source address, and
 * needs timeout(1) because it waits for ever.
 *
 * @param then What to do with the connection, which is file descriptor 3.
 */
function bashRungs(ask: ProbeAsk, then: string): readonly Rung[] {
  if (ask.source !== undefined) return [];
  const place = `/dev/tcp/${ask.address}/${ask.port}`;
  const connect = `s=$EPOCHREALTIME; exec 3<>${place} && e=$EPOCHREALTIME`;
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is bash's
  const took = 'echo "+${s:+$((${e/./}-${s/./}))}"';
  const talk = quoted([connect, took, ...(then ? [then] : [])].join(' && '));
  const code = `[ -n "$t" ] && command -v bash >/dev/null || exit 127
timeout ${wholeSeconds(ask.timeoutMs)} bash -c ${talk}`;
  return [{ tool: 'bash', code }];
}

function bashHttp(ask: ProbeAsk): string {
  const url = new URL(urlOf(ask));
  return `printf "GET ${url.pathname} HTTP/1.0\\r\\nHost: ${url.host}\\r\\n\\r\\n" >&3 && IFS= read -r l <&3 && echo "$l"`;
}

// ONC RPC (RFC 5531) in a record of 40 bytes: call 1 of version 2 to program 100003 (NFS),
// version 3, procedure 0 (NULL), without credentials. The beginning of the reply is
// shown in hexadecimal: length, call, and 1 for "reply".
const BASH_NFS = `printf "\\200\\0\\0\\50\\0\\0\\0\\1\\0\\0\\0\\0\\0\\0\\0\\2\\0\\1\\206\\243\\0\\0\\0\\3\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0" >&3 && head -c 12 <&3 | od -An -tx1 | tr -d " \\n"`;

/**
 * netcat of OpenBSD, of Hobbit and of Nmap take the same options; that of BusyBox has no `-z`
 * and tells an accepted connection from a timeout only by its words.
 */
function ncRung({ address, port, source, timeoutMs }: ProbeAsk): Rung {
  const seconds = wholeSeconds(timeoutMs);
  const place = `${quoted(address)} ${port}`;
  const from = source ? `-s ${quoted(source)} ` : '';
  const busybox = source
    ? 'exit 127'
    : `[ -n "$t" ] || exit 127; timeout ${seconds + 1} nc -w ${seconds} ${place}; r=$?; echo busybox; exit $r`;
  const code = `command -v nc >/dev/null || exit 127
case $(nc -h 2>&1) in *BusyBox*) ${busybox};; esac
nc -nvz -w ${seconds} ${from}${place}`;
  return { tool: 'nc', code };
}

function curlTcpRung(ask: ProbeAsk): Rung {
  const place = new URL(urlOf({ ...ask, probe: 'http' })).hostname;
  const code = `command -v curl >/dev/null || exit 127
curl ${curlOptions(ask)} -v telnet://${place}:${ask.port}`;
  return { tool: 'curl', code };
}

/** Newer curl says why it could not connect only when it is verbose, so it is asked again then. */
function curlRung(ask: ProbeAsk): Rung {
  const call = `curl ${curlOptions(ask)} ${quoted(urlOf(ask))}`;
  const code = `command -v curl >/dev/null || exit 127
${call}; r=$?; [ $r -ne 7 ] || ${call} -v; exit $r`;
  return { tool: 'curl', code };
}

function curlOptions({ timeoutMs, source }: ProbeAsk): string {
  const from = source ? ` --interface ${quoted(source)}` : '';
  const times = 'times=%{time_connect},%{time_starttransfer},%{time_total} ';
  return `-k -sS -m ${timeoutMs / 1000}${from} -o /dev/null -w ${quoted(`http=%{http_code} ${times}`)}`;
}

function wgetRung(ask: ProbeAsk): Rung {
  const unchecked = ask.probe === 'https' ? ' --no-check-certificate' : '';
  const code = `command -v wget >/dev/null || exit 127
wget -q -S -T ${wholeSeconds(ask.timeoutMs)}${unchecked} -O /dev/null ${quoted(urlOf(ask))}`;
  return ask.source ? { tool: 'wget', code: 'exit 127' } : { tool: 'wget', code };
}

function rpcinfoRung(ask: ProbeAsk): Rung {
  const { address, port = 0, source, timeoutMs } = ask;
  const transport = address.includes(':') ? 'tcp6' : 'tcp';
  const place = `${address}.${port >> 8}.${port & 0xff}`;
  const code = `[ -n "$t" ] && command -v rpcinfo >/dev/null || exit 127
timeout ${wholeSeconds(timeoutMs)} rpcinfo -a ${quoted(place)} -T ${transport} 100003 3`;
  return source ? { tool: 'rpcinfo', code: 'exit 127' } : { tool: 'rpcinfo', code };
}
