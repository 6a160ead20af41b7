import { readIpv6 } from '../../model/address.ts';
import type { StoragePort } from '../../model/cluster-storage.ts';

/** A server and the ports on it that volumes or a driver use. */
export interface Endpoint {
  readonly server: string;
  readonly ports: readonly StoragePort[];
}

/**
 * Takes `host`, `host:port`, `[v6]:port`, a bare IPv6 address, a URL with those, or a UNC path
 * (`//host/share`) apart; `undefined` when there is no host in it, or a placeholder was left.
 */
export function hostAndPort(
  text: string,
): { readonly host: string; readonly port?: number } | undefined {
  const bare = text
    .trim()
    .replace(/^[a-z][a-z0-9+.-]*:\/\//i, '')
    .replace(/^(?:\/\/|\\\\)/, '')
    .replace(/[/\\?].*$/s, '');
  if (bare === '' || bare.includes('${')) return undefined;
  if (readIpv6(bare)) return { host: bare };
  const [, bracketed, plain, port] =
    /^(?:\[([0-9a-fA-F:.%]+)\]|([^\s:[\]]+))(?::(\d{1,5}))?$/.exec(bare) ?? [];
  const host = bracketed ?? plain;
  if (host === undefined || host.includes('@')) return undefined;
  return port === undefined ? { host } : { host, port: Number(port) };
}

const DEFAULT_PORT = { nfs: 2049, smb: 445, iscsi: 3260, nvme: 4420 } as const;

/** Where a volume lives, by what it is mounted with. */
export function endpointOf(
  text: string | undefined,
  use: keyof typeof DEFAULT_PORT,
): Endpoint | undefined {
  const found = text === undefined ? undefined : hostAndPort(text);
  if (!found) return undefined;
  const { host, port = DEFAULT_PORT[use] } = found;
  return { server: host, ports: [{ port, use }] };
}

/** Where an API lives; without a port its usual ones. */
export function apiEndpoint(
  text: string | undefined,
  usual: readonly StoragePort[],
): Endpoint | undefined {
  const found = text === undefined ? undefined : hostAndPort(text);
  if (!found) return undefined;
  const { host, port } = found;
  const scheme = schemeOf(text ?? '');
  const ports = usual.filter(({ protocol }) => scheme === undefined || protocol === scheme);
  return {
    server: host,
    ports: port === undefined ? ports : [{ port, use: 'api', ...protocolOf(port, scheme) }],
  };
}

function schemeOf(text: string): 'http' | 'https' | undefined {
  const [, scheme] = /^(https?|wss?):/i.exec(text) ?? [];
  if (scheme === undefined) return undefined;
  return /s$/i.test(scheme) ? 'https' : 'http';
}

function protocolOf(port: number, scheme: string | undefined): { protocol?: string } {
  if (scheme !== undefined) return { protocol: scheme };
  if ([443, 5001, 8443].includes(port)) return { protocol: 'https' };
  return [80, 5000].includes(port) ? { protocol: 'http' } : {};
}
