import { describe, expect, test } from 'vitest';
import type { ProbeKind } from '../../model/observation.ts';
import { ladderOutcome, parseLadderLine } from './ladder-outcome.ts';

// Words as the tools of Debian 12 and BusyBox 1.35 print them, each on one line.
const ROWS: readonly {
  readonly probe: ProbeKind;
  readonly tool: string;
  readonly exitCode: number;
  readonly words: string;
  readonly is: object;
}[] = [
  {
    probe: 'tcp',
    tool: 'bash',
    exitCode: 0,
    words: '+231',
    is: { outcome: 'answered', connectMs: 0.231 },
  },
  { probe: 'tcp', tool: 'bash', exitCode: 0, words: '+', is: { outcome: 'answered' } },
  {
    probe: 'tcp',
    tool: 'bash',
    exitCode: 1,
    words:
      'bash: connect: Connection refused bash: line 1: /dev/tcp/10.0.0.210/83: Connection refused',
    is: { outcome: 'refused', detail: 'Connection refused' },
  },
  { probe: 'tcp', tool: 'bash', exitCode: 124, words: '', is: { outcome: 'timed-out' } },
  {
    probe: 'tcp',
    tool: 'bash',
    exitCode: 1,
    words: 'bash: connect: No route to host',
    is: { outcome: 'unreachable', detail: 'No route to host' },
  },
  {
    probe: 'tcp',
    tool: 'bash',
    exitCode: 1,
    words: 'bash: connect: Network is unreachable',
    is: { outcome: 'unreachable' },
  },
  {
    probe: 'tcp',
    tool: 'bash',
    exitCode: 1,
    words: 'bash: connect: Permission denied',
    is: { outcome: 'unreachable' },
  },
  {
    probe: 'tcp',
    tool: 'nc',
    exitCode: 0,
    words: 'Connection to 10.0.0.210 81 port [tcp/*] succeeded!',
    is: { outcome: 'answered' },
  },
  {
    probe: 'tcp',
    tool: 'nc',
    exitCode: 1,
    words: 'nc: connect to 10.0.0.210 port 83 (tcp) failed: Connection refused',
    is: { outcome: 'refused' },
  },
  {
    probe: 'tcp',
    tool: 'nc',
    exitCode: 1,
    words: 'nc: connect to 10.6.0.1 port 80 (tcp) timed out: Operation now in progress',
    is: { outcome: 'timed-out' },
  },
  { probe: 'tcp', tool: 'nc', exitCode: 0, words: 'busybox', is: { outcome: 'answered' } },
  { probe: 'tcp', tool: 'nc', exitCode: 124, words: 'busybox', is: { outcome: 'answered' } },
  {
    probe: 'tcp',
    tool: 'nc',
    exitCode: 1,
    words: 'nc: timed out busybox',
    is: { outcome: 'timed-out' },
  },
  {
    probe: 'tcp',
    tool: 'nc',
    exitCode: 1,
    words: "nc: can't connect to remote host (10.0.0.210): Connection refused busybox",
    is: { outcome: 'refused' },
  },
  { probe: 'tcp', tool: 'nc', exitCode: 1, words: 'Ncat: TIMEOUT.', is: { outcome: 'timed-out' } },
  {
    probe: 'tcp',
    tool: 'nc',
    exitCode: 1,
    words: 'nc: bind failed: Cannot assign requested address',
    is: { outcome: 'not-run' },
  },
  {
    probe: 'tcp',
    tool: 'curl',
    exitCode: 28,
    words:
      '* Connected to 10.0.0.210 curl: (28) Time-out http=000 times=0.000242,0.000000,2.000000',
    is: { outcome: 'answered', connectMs: 0.242 },
  },
  {
    probe: 'http',
    tool: 'curl',
    exitCode: 0,
    words: 'http=401 times=0.000171,0.012500,0.012600',
    is: {
      outcome: 'answered',
      httpStatus: 401,
      detail: 'HTTP 401',
      connectMs: 0.171,
      tookMs: 12.5,
    },
  },
  {
    probe: 'http',
    tool: 'curl',
    exitCode: 28,
    words:
      'curl: (28) Operation timed out after 2001 milliseconds http=000 times=0.000171,0.000000,2.001907',
    is: { outcome: 'silent', connectMs: 0.171 },
  },
  {
    probe: 'http',
    tool: 'curl',
    exitCode: 28,
    words:
      'curl: (28) Connection timed out after 2001 milliseconds http=000 times=0.000000,0.000000,2.001300',
    is: { outcome: 'timed-out' },
  },
  {
    probe: 'http',
    tool: 'curl',
    exitCode: 7,
    words:
      'curl: (7) Failed to connect http=000 times=0.000000,0.000000,0.000154 * connect to 10.0.0.210 port 83 failed: Connection refused',
    is: { outcome: 'refused' },
  },
  {
    probe: 'http',
    tool: 'curl',
    exitCode: 56,
    words:
      'curl: (56) Recv failure: Connection reset by peer http=000 times=0.000167,0.000000,0.000582',
    is: { outcome: 'reset' },
  },
  {
    probe: 'http',
    tool: 'curl',
    exitCode: 52,
    words: 'curl: (52) Empty reply from server http=000 times=0.000167,0.000000,0.000582',
    is: { outcome: 'reset', detail: 'closed without an answer' },
  },
  {
    probe: 'https',
    tool: 'curl',
    exitCode: 35,
    words:
      'curl: (35) error:0A00010B:SSL routines::wrong version number http=000 times=0.000000,0.000000,0.018127',
    is: { outcome: 'answered', detail: expect.stringContaining('wrong version number') },
  },
  {
    probe: 'http',
    tool: 'bash',
    exitCode: 0,
    words: '+812 HTTP/1.1 200 OK',
    is: { outcome: 'answered', httpStatus: 200, connectMs: 0.812 },
  },
  { probe: 'http', tool: 'bash', exitCode: 124, words: '+812', is: { outcome: 'silent' } },
  { probe: 'http', tool: 'bash', exitCode: 1, words: '+812', is: { outcome: 'reset' } },
  {
    probe: 'http',
    tool: 'wget',
    exitCode: 1,
    words: "wget: can't connect to remote host (10.0.0.210): Connection refused",
    is: { outcome: 'refused' },
  },
  {
    probe: 'http',
    tool: 'wget',
    exitCode: 1,
    words: 'HTTP/1.1 404 Not Found wget: server returned error: HTTP/1.1 404 Not Found',
    is: { outcome: 'answered', httpStatus: 404 },
  },
  {
    probe: 'nfs',
    tool: 'bash',
    exitCode: 0,
    words: '+512 80000018000000010000000100000000000000000000000000000000',
    is: { outcome: 'answered', detail: 'RPC reply' },
  },
  {
    probe: 'nfs',
    tool: 'bash',
    exitCode: 0,
    words: '+512 3232302d',
    is: { outcome: 'answered', detail: 'answers, but not in ONC RPC' },
  },
  { probe: 'nfs', tool: 'bash', exitCode: 124, words: '+512', is: { outcome: 'silent' } },
  {
    probe: 'nfs',
    tool: 'bash',
    exitCode: 0,
    words: "+512 head: error reading 'standard input': Connection reset by peer",
    is: { outcome: 'reset' },
  },
  {
    probe: 'http',
    tool: 'bash',
    exitCode: 1,
    words: '+812 bash: line 1: read error: 3: Connection reset by peer',
    is: { outcome: 'reset', connectMs: 0.812 },
  },
  {
    probe: 'tcp',
    tool: 'node',
    exitCode: 0,
    words: '+231,240',
    is: { outcome: 'answered', connectMs: 0.231, tookMs: 0.231 },
  },
  {
    probe: 'tcp',
    tool: 'node',
    exitCode: 1,
    words: 'address not available',
    is: { outcome: 'not-run' },
  },
  { probe: 'tcp', tool: 'node', exitCode: 124, words: '', is: { outcome: 'timed-out' } },
  {
    probe: 'https',
    tool: 'node',
    exitCode: 0,
    words: '+512,63012 HTTP/1.1 401 Unauthorized',
    is: { outcome: 'answered', httpStatus: 401, connectMs: 0.512, tookMs: 63.012 },
  },
  {
    probe: 'https',
    tool: 'node',
    exitCode: 124,
    words: '+512,2000100',
    is: { outcome: 'silent', connectMs: 0.512, tookMs: 2000.1 },
  },
  {
    probe: 'https',
    tool: 'node',
    exitCode: 1,
    words: '+512,900',
    is: { outcome: 'reset', detail: 'closed without an answer' },
  },
  {
    probe: 'https',
    tool: 'node',
    exitCode: 1,
    words: '+512,900 connection reset by peer',
    is: { outcome: 'reset', connectMs: 0.512 },
  },
  {
    probe: 'https',
    tool: 'node',
    exitCode: 1,
    words: '+512,900 write EPROTO 80EB:error:0A00010B:SSL routines::wrong version number',
    is: { outcome: 'answered', detail: expect.stringContaining('wrong version number') },
  },
  {
    probe: 'nfs',
    tool: 'node',
    exitCode: 0,
    words: '+512,640 800000180000000100000001',
    is: { outcome: 'answered', detail: 'RPC reply', tookMs: 0.64 },
  },
  {
    probe: 'nfs',
    tool: 'rpcinfo',
    exitCode: 0,
    words: 'program 100003 version 3 ready and waiting',
    is: { outcome: 'answered' },
  },
  {
    probe: 'icmp',
    tool: 'ping',
    exitCode: 0,
    words: 'PING 10.0.0.1 64 bytes from 10.0.0.1: icmp_seq=1 ttl=64 time=0.045 ms',
    is: { outcome: 'answered', tookMs: 0.045 },
  },
  {
    probe: 'icmp',
    tool: 'ping',
    exitCode: 1,
    words: 'PING 10.0.0.9 1 packets transmitted, 0 received, 100% packet loss',
    is: { outcome: 'timed-out' },
  },
  {
    probe: 'icmp',
    tool: 'ping',
    exitCode: 1,
    words: 'From 10.0.0.197 icmp_seq=1 Destination Host Unreachable',
    is: { outcome: 'unreachable', detail: expect.stringContaining('Destination Host Unreachable') },
  },
  {
    probe: 'icmp',
    tool: 'ping',
    exitCode: 2,
    words: 'ping: socket: Operation not permitted',
    is: { outcome: 'not-run', detail: 'ping: socket: Operation not permitted' },
  },
  { probe: 'icmp', tool: 'none', exitCode: 127, words: '', is: { outcome: 'not-run' } },
];

describe('ladderOutcome()', () => {
  test.each(ROWS)('of $probe by $tool ($exitCode): $words', ({ probe, is, ...line }) => {
    const ask = { probe, address: '10.0.0.210', port: 80, timeoutMs: 2000 };
    expect(ladderOutcome(ask, { place: 0, tookMs: 1, ...line })).toMatchObject(is);
  });
});

describe('parseLadderLine()', () => {
  test('takes the time from the uptime of the host', () => {
    expect(parseLadderLine('3 nc 1 100.10 102.15 nc: refused')).toEqual({
      place: 3,
      tool: 'nc',
      exitCode: 1,
      tookMs: 2050,
      words: 'nc: refused',
    });
  });

  test('leaves out the carriage return that a line of HTTP ends in', () => {
    const { words } = parseLadderLine('1 bash 0 1 2 +9 HTTP/1.1 401 No\r') ?? {};
    expect(words).toBe('+9 HTTP/1.1 401 No');
  });

  test('does without an uptime', () => {
    expect(parseLadderLine('0 none 127   ')).toMatchObject({ tookMs: undefined, words: '' });
  });

  test.each(['', 'sent 12.3', 'x nc 1 1 2 '])('takes %j for something else', (text) => {
    expect(parseLadderLine(text)).toBeUndefined();
  });
});
