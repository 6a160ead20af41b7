import type { ProbeOutcome } from '../../model/observation.ts';
import type { ProbeAnswer, ProbeAsk } from '../../ports/vantage.ts';

/** What one job of the ladder printed. */
export interface LadderLine {
  readonly place: number;
  /** `none` if the host has no tool for it. */
  readonly tool: string;
  readonly exitCode: number;
  /** By the host's uptime, 10 ms fine; absent if it has none. */
  readonly tookMs: number | undefined;
  /** The tool's words on one line. */
  readonly words: string;
}

/** Reads a line after `NONCE=`; `undefined` if it is none. */
export function parseLadderLine(text: string): LadderLine | undefined {
  // what a service said may end in a carriage return, or have one in it
  const match = /^(\d+) (\w+) (\d+) ([\d.]*) ([\d.]*) (.*)$/s.exec(text);
  if (!match) return undefined;
  const [, place, tool = '', exitCode, before, after, words = ''] = match;
  const took = (Number.parseFloat(after ?? '') - Number.parseFloat(before ?? '')) * 1000;
  return {
    place: Number(place),
    tool,
    exitCode: Number(exitCode),
    tookMs: Number.isNaN(took) ? undefined : Math.max(0, Math.round(took)),
    words: words.trimEnd(),
  };
}

type Said = Pick<ProbeAnswer, 'outcome' | 'connectMs' | 'detail' | 'httpStatus'> & {
  readonly tookMs?: number | undefined;
};

const SHOWN_CHARACTERS = 200;
/** timeout(1) ends with 124, that of old BusyBox with 143. */
const TIMED_OUT = [124, 137, 143];

/** Words of C libraries and tools for what the kernel said to connect(2). */
const WORDS: readonly (readonly [RegExp, ProbeOutcome])[] = [
  [/connection refused/i, 'refused'],
  [/(?:connection reset|reset by peer|broken pipe)/i, 'reset'],
  [/(?:network is |host is |network |host )unreachable/i, 'unreachable'],
  [/(?:no route to host|packet filtered|administratively prohibited)/i, 'unreachable'],
  [/(?:cannot assign requested address|address not available|bind failed)/i, 'not-run'],
  [/(?:permission denied|operation not permitted|invalid argument|no buffer)/i, 'unreachable'],
  [/(?:timed? ?out|timeout)/i, 'timed-out'],
];

/** What a job's line says of the way there. */
export function ladderOutcome(ask: ProbeAsk, line: LadderLine): Said {
  if (line.tool === 'none') {
    return { outcome: 'not-run', detail: `no tool for ${ask.probe} on that host` };
  }
  if (line.tool === 'ping') return pingSaid(line);
  if (line.tool === 'curl') return ask.probe === 'tcp' ? curlTcpSaid(line) : curlSaid(line);
  if (line.tool === 'rpcinfo' && line.exitCode === 0) {
    return { outcome: 'answered', detail: 'RPC NULL accepted' };
  }
  if (line.tool === 'wget') return wgetSaid(line);
  return connectSaid(ask, line);
}

function pingSaid({ exitCode, words }: LadderLine): Said {
  const took = /time[=<]([\d.]+) ?ms/.exec(words)?.[1];
  if (exitCode === 0) {
    return { outcome: 'answered', ...(took === undefined ? {} : { tookMs: Number(took) }) };
  }
  const unreachable = /\b[\w ]*(?:unreachable|prohibited|no route to host)/i.exec(words)?.[0];
  if (unreachable) return { outcome: 'unreachable', detail: unreachable.trim() };
  if (exitCode === 1) return { outcome: 'timed-out' };
  return { outcome: 'not-run', detail: words.slice(0, SHOWN_CHARACTERS) };
}

/**
 * bash prints `+` and the microseconds it took (since version 5) when it is connected, and after
 * it what the service said; Node.js also how long all of it took; netcat just ends.
 */
function connectSaid(ask: ProbeAsk, { tool, exitCode, words }: LadderLine): Said {
  const [, connected, micros, total, said = ''] =
    /^(?:(\+)(\d*)(?:,(\d+))?)?\s*(.*)$/.exec(words) ?? [];
  const connectMs = micros ? Number(micros) / 1000 : undefined;
  const times = { connectMs, ...(total ? { tookMs: Number(total) / 1000 } : {}) };
  const busybox = words === 'busybox';
  if (ask.probe === 'tcp') {
    // BusyBox's netcat says so when it times out; when timeout(1) had to end it, it was connected
    const accepted = exitCode === 0 || (busybox && TIMED_OUT.includes(exitCode));
    if (accepted) return { outcome: 'answered', connectMs, tookMs: connectMs };
    return failed(tool, exitCode, words);
  }
  if (!connected) return failed(tool, exitCode, said);
  return { ...serviceSaid(ask, { tool, exitCode, words: said }), ...times };
}

/** @param words What came after the connection was accepted. */
function serviceSaid(
  { probe }: ProbeAsk,
  { tool, exitCode, words }: Pick<LadderLine, 'tool' | 'exitCode' | 'words'>,
): Said {
  if (words === '') {
    return TIMED_OUT.includes(exitCode)
      ? { outcome: 'silent' }
      : { outcome: 'reset', detail: 'closed without an answer' };
  }
  if (exitCode !== 0) return broken(tool, exitCode, words);
  if (probe !== 'nfs') return httpSaid(words);
  // a pipe of bash's ends well whatever its first program met
  return /^[0-9a-f]+$/.test(words) ? nfsSaid(words) : broken(tool, exitCode, words);
}

function nfsSaid(hex: string): Said {
  // record mark, transaction id 1, and 1 for "reply"
  if (/^[0-9a-f]{8}0000000100000001/.test(hex)) return { outcome: 'answered', detail: 'RPC reply' };
  return { outcome: 'answered', detail: 'answers, but not in ONC RPC' };
}

function httpSaid(text: string): Said {
  const status = /HTTP\/[\d.]+ (\d{3})\b/.exec(text)?.[1];
  if (status === undefined) return { outcome: 'answered', detail: 'answers, but not in HTTP' };
  return { outcome: 'answered', detail: `HTTP ${status}`, httpStatus: Number(status) };
}

function wgetSaid(line: LadderLine): Said {
  const said = httpSaid(line.words);
  return said.httpStatus !== undefined ? said : failed(line.tool, line.exitCode, line.words);
}

function curlTcpSaid(line: LadderLine): Said {
  const { connectMs } = curlTimes(line.words);
  if (connectMs !== undefined) return { outcome: 'answered', connectMs, tookMs: connectMs };
  return failed(line.tool, line.exitCode, line.words);
}

// Exit codes of curl(1) that say something although it was connected: an empty reply, a failed
// TLS handshake, a failed read. The times it prints are then not always set.
const CURL_TIMED_OUT = 28;
const CURL_EMPTY_REPLY = 52;
const CURL_CONNECTED = [CURL_EMPTY_REPLY, 35, 56];

function curlSaid({ tool, exitCode, words }: LadderLine): Said {
  const { connectMs, firstByteMs, totalMs } = curlTimes(words);
  const status = Number(/http=(\d{3})/.exec(words)?.[1] ?? 0);
  if (status > 0) {
    const tookMs = firstByteMs ?? totalMs;
    return { outcome: 'answered', connectMs, tookMs, detail: `HTTP ${status}`, httpStatus: status };
  }
  const own = words.replace(/ ?http=\d* times=\S*/g, '').replace(/^curl: /, '');
  if (connectMs === undefined && !CURL_CONNECTED.includes(exitCode)) {
    return failed(tool, exitCode, own);
  }
  if (exitCode === CURL_TIMED_OUT) return { outcome: 'silent', connectMs, tookMs: totalMs };
  if (exitCode === CURL_EMPTY_REPLY) {
    return { outcome: 'reset', connectMs, detail: 'closed without an answer' };
  }
  return { ...broken(tool, exitCode, own), connectMs };
}

/** Of a connection that was accepted; what else a tool says, it heard: a TLS alert, HTTP/0.9. */
function broken(tool: string, exitCode: number, words: string): Said {
  const { outcome, detail } = failed(tool, exitCode, words);
  return { outcome: outcome === 'reset' ? 'reset' : 'answered', detail };
}

/** curl prints 0 for what it did not come to. */
function curlTimes(words: string) {
  const [, ...seconds] = /times=([\d.]+),([\d.]+),([\d.]+)/.exec(words) ?? [];
  const [connectMs, firstByteMs, totalMs] = seconds.map((text) => Number(text) * 1000 || undefined);
  return { connectMs, firstByteMs, totalMs };
}

function failed(tool: string, exitCode: number, words: string): Said {
  const known = WORDS.find(([pattern]) => pattern.test(words));
  if (known) return { outcome: known[1], detail: known[0].exec(words)?.[0] };
  if (TIMED_OUT.includes(exitCode)) return { outcome: 'timed-out' };
  return { outcome: 'not-run', detail: `${tool}: ${words.slice(0, SHOWN_CHARACTERS)}` };
}
