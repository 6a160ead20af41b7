import { writeIpv4, writeIpv6 } from '../model/address.ts';
import type { SocketState } from '../model/observation.ts';
import { addressOf } from './fields.ts';
import { problemLog, type Reading, reading } from './reading.ts';

/** A TCP socket in one of the states that say something about a path. */
export type TcpSocket = Pick<
  SocketState,
  'state' | 'local' | 'remote' | 'receiveQueueBytes' | 'sendQueueBytes'
>;
type Endpoint = TcpSocket['local'];

const TOLD: Readonly<Record<string, TcpSocket['state']>> = {
  'SYN-RECV': 'SYN-RECV',
  'SYN-SENT': 'SYN-SENT',
  ESTAB: 'ESTAB',
  LISTEN: 'LISTEN',
};
/** States that `ss` prints and that are of no use here. */
const UNTOLD =
  /^(?:FIN-WAIT-[12]|TIME-WAIT|UNCONN|CLOSE-WAIT|LAST-ACK|CLOSING|CLOSED|CLOSE|BOUND-INACTIVE|NEW-SYN-RECV)$/;

/**
 * Reads sockets from `ss -Htan` (with or without header, netid and process columns) and from
 * `/proc/net/tcp` and `/proc/net/tcp6`, which may follow each other.
 *
 * Port 0 and the unspecified address stand for "any". IPv4 peers of IPv6 sockets are IPv4.
 */
export function readSockets(text: string): Reading<TcpSocket[]> {
  const log = problemLog();
  const sockets: TcpSocket[] = [];
  text.split('\n').forEach((whole, at) => {
    const words = whole.trim().split(/\s+/);
    if (words[0] === '' || /^(?:State|Netid|sl)$/.test(words[0] ?? '')) return;
    const socket = /^\d+:$/.test(words[0] ?? '') ? procSocket(words) : ssSocket(words);
    if (typeof socket === 'string') log.add(at + 1, whole, socket);
    else if (socket) sockets.push(socket);
  });
  return reading(sockets, log);
}

/** The socket, `undefined` for one in a state that is left out, or what is wrong. */
function ssSocket(all: readonly string[]): TcpSocket | undefined | string {
  const words = all[0] === 'tcp' ? all.slice(1) : all;
  const state = TOLD[words[0] ?? ''];
  if (!state) return UNTOLD.test(words[0] ?? '') ? undefined : `unknown state "${words[0]}"`;
  const local = ssEndpoint(words[3] ?? '');
  const remote = ssEndpoint(words[4] ?? '');
  if (!local || !remote) return 'unreadable address';
  return { state, local, remote, ...queues(state, Number(words[1]), Number(words[2])) };
}

/** Of a listener these columns count connections instead of bytes, so they are left out there. */
function queues(
  state: TcpSocket['state'],
  receive: number,
  send: number,
): Pick<TcpSocket, 'receiveQueueBytes' | 'sendQueueBytes'> {
  if (state === 'LISTEN' || !Number.isInteger(receive) || !Number.isInteger(send)) return {};
  return { receiveQueueBytes: receive, sendQueueBytes: send };
}

/** `10.0.0.210:2049`, `[fe80::1]%eth0:22`, `*:22`, `0.0.0.0:*`. */
function ssEndpoint(text: string): Endpoint | undefined {
  const [, host = '', port = ''] = /^(.*):(\d+|\*)$/.exec(text) ?? [];
  const bare = host.replace(/%[^\]]*/, '').replace(/^\[(.*)\]$/, '$1');
  const address = bare === '*' ? '::' : addressOf(bare);
  if (address === undefined) return undefined;
  return { address: withoutMapping(address), port: port === '*' ? 0 : Number(port) };
}

function withoutMapping(address: string): string {
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(address)?.[1] ?? address;
}

/** Numbers of TCP states. Source: Linux include/net/tcp_states.h. */
const STATE_NUMBERS: Readonly<Record<string, TcpSocket['state']>> = {
  '01': 'ESTAB',
  '02': 'SYN-SENT',
  '03': 'SYN-RECV',
  '0A': 'LISTEN',
  '0C': 'SYN-RECV',
};

function procSocket(words: readonly string[]): TcpSocket | undefined | string {
  const state = STATE_NUMBERS[words[3] ?? ''];
  if (!state) return /^0[0-9A-F]$/.test(words[3] ?? '') ? undefined : 'unknown state';
  const local = procEndpoint(words[1] ?? '');
  const remote = procEndpoint(words[2] ?? '');
  if (!local || !remote) return 'unreadable address';
  const [send = '', receive = ''] = (words[4] ?? '').split(':');
  const bytes = [receive, send].map((hex) => Number.parseInt(hex, 16));
  return { state, local, remote, ...queues(state, bytes[0] ?? Number.NaN, bytes[1] ?? Number.NaN) };
}

/** Words of 32 bits in the byte order of the host, which is taken to be little-endian. */
function procEndpoint(text: string): Endpoint | undefined {
  const [, hex = '', port = ''] = /^([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4})$/.exec(text) ?? [];
  const words = (hex.match(/.{8}/g) ?? []).map(swapped);
  const [a, b, c, d] = words;
  if (a === undefined) return undefined;
  const ipv6 = b !== undefined && c !== undefined && d !== undefined;
  const address = ipv6 ? writeIpv6([a, b, c, d]) : writeIpv4(a);
  return { address: withoutMapping(address), port: Number.parseInt(port, 16) };
}

function swapped(hex: string): number {
  const bytes = hex.match(/../g) ?? [];
  return Number.parseInt([...bytes].reverse().join(''), 16);
}
