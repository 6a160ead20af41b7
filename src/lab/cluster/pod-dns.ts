import { createSocket } from 'node:dgram';
import { writeFileSync } from 'node:fs';

/** How far the header of a DNS message goes; RFC 1035, section 4.1.1. */
const HEADER_BYTES = 12;
const RESPONSE = 0x8000;
const RECURSION_AVAILABLE = 0x0080;
const NAME_ERROR = 3;

/**
 * The resolver of the pods, which knows no names: the homelab has addresses everywhere, and a name
 * that it is asked for does not exist.
 *
 * @param address Of the node; its pods have it beside them, those of other nodes on the LAN.
 * @returns Words before a command that have it ask this resolver.
 */
export async function servePodDns(address: string, folder: string): Promise<readonly string[]> {
  const socket = createSocket('udp4');
  socket.on('message', (query, from) => {
    const answer = noSuchName(query);
    if (answer) socket.send(answer, from.port, from.address);
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(53, address, () => {
      socket.off('error', reject);
      resolve();
    });
  });
  const file = `${folder}/resolv.conf`;
  writeFileSync(file, `nameserver ${address}\noptions ndots:5 timeout:1 attempts:1\n`);
  const script = 'mount --bind "$0" /etc/resolv.conf && exec "$@"';
  return ['unshare', '--mount', 'sh', '-c', script, file];
}

/** NXDOMAIN for whatever is asked, with the question as it came; nothing for what is no query. */
export function noSuchName(query: Buffer): Buffer | undefined {
  if (query.length < HEADER_BYTES || query.readUInt16BE(4) !== 1) return undefined;
  const asked = query.readUInt16BE(2);
  const end = questionEnd(query);
  if ((asked & RESPONSE) !== 0 || end === undefined) return undefined;
  const answer = Buffer.from(query.subarray(0, end));
  const keep = asked & 0x7900;
  answer.writeUInt16BE(RESPONSE | keep | RECURSION_AVAILABLE | NAME_ERROR, 2);
  for (const count of [6, 8, 10]) answer.writeUInt16BE(0, count);
  return answer;
}

/** Where the one question ends: labels, the empty one, type and class. */
function questionEnd(query: Buffer): number | undefined {
  let at = HEADER_BYTES;
  while (at < query.length) {
    const length = query[at] ?? 0;
    at += 1 + length;
    if (length === 0) return at + 4 <= query.length ? at + 4 : undefined;
  }
  return undefined;
}
