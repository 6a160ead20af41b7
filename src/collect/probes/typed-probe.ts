import type { ProbeAsk } from '../../ports/vantage.ts';
import { quoted } from '../section.ts';

const MS_PER_S = 1000;
/** NFS's number among the programs of ONC RPC. */
const NFS_PROGRAM = 100_003;

/** The probe as a person would type it on the host that asks. */
export function typedProbe(ask: ProbeAsk): string {
  const seconds = wholeSeconds(ask.timeoutMs);
  const address = quoted(ask.address);
  const port = ask.port ?? 0;
  const from = (option: string) => (ask.source ? `${option} ${quoted(ask.source)} ` : '');
  switch (ask.probe) {
    case 'icmp':
      return `ping -c 1 -W ${seconds} ${from('-I')}${address}`;
    case 'tcp':
      return `nc -vz -w ${seconds} ${from('-s')}${address} ${port}`;
    case 'http':
    case 'https':
      return `curl -k -m ${seconds} ${from('--interface')}-sS -o /dev/null -w "%{http_code} %{time_starttransfer}\\n" ${quoted(urlOf(ask))}`;
    case 'nfs':
      return `rpcinfo -a ${universalAddress(ask.address, port)} -T tcp${ask.address.includes(':') ? '6' : ''} ${NFS_PROGRAM} 3`;
  }
}

/** The least a program that counts in seconds must wait. */
export function wholeSeconds(ms: number): number {
  return Math.max(1, Math.ceil(ms / MS_PER_S));
}

export function urlOf({ probe, address, port, path = '/' }: ProbeAsk): string {
  const host = address.includes(':') ? `[${address}]` : address;
  const usual = probe === 'https' ? 443 : 80;
  const place = port === undefined || port === usual ? host : `${host}:${port}`;
  return `${probe}://${place}${encodeURI(path.startsWith('/') ? path : `/${path}`)}`;
}

/** Address and port as RPC writes them: 2049 becomes `.8.1`. Source: RFC 5665, section 5.2.3. */
function universalAddress(address: string, port: number): string {
  return `${address}.${port >> 8}.${port & 0xff}`;
}
