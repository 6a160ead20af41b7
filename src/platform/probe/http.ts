import type { Socket } from 'node:net';
import type { ProbeAsk } from '../../ports/vantage.ts';
import type { Dialogue, Said } from './dialogue.ts';

/** A request whose answer is only looked at, never kept. */
export function httpDialogue(ask: ProbeAsk): Dialogue {
  const host = ask.address.includes(':') ? `[${ask.address}]` : ask.address;
  const request = [
    `GET ${pathOf(ask)} HTTP/1.1`,
    `Host: ${host}`,
    'User-Agent: returnpath',
    'Accept: */*',
    'Connection: close',
    '',
    '',
  ].join('\r\n');
  return {
    request,
    understand: statusLine,
    ...(ask.probe === 'https' ? { secure: overTls } : {}),
  };
}

function pathOf({ path = '/' }: ProbeAsk): string {
  return encodeURI(path.startsWith('/') ? path : `/${path}`);
}

function statusLine(bytes: Buffer): Said | undefined {
  const end = bytes.indexOf('\n');
  if (end < 0) return undefined;
  const line = bytes.toString('latin1', 0, end).trim();
  const status = /^HTTP\/\d(?:\.\d)? (\d{3})\b/.exec(line)?.[1];
  if (status === undefined) return { detail: 'answers, but not in HTTP' };
  return { detail: `HTTP ${status}`, httpStatus: Number(status) };
}

/**
 * TLS with whoever answers: the certificate of a NAS is its own, and nothing secret is sent. Loaded
 * only when used, because it takes longer to load than everything else here.
 */
async function overTls(socket: Socket): Promise<Socket> {
  const { connect } = await import('node:tls');
  return new Promise((resolve, reject) => {
    const secured = connect({ socket, rejectUnauthorized: false }, () => resolve(secured));
    // for its whole life: an error after the handshake must have somebody to go to
    secured.on('error', reject);
  });
}
