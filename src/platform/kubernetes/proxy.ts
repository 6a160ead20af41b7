import { readIpv4, readIpv6 } from '../../model/address.ts';
import { prefixContains } from '../../model/prefix.ts';

/**
 * The proxy that the environment names for a server, as Go's clients read it: `HTTPS_PROXY` for
 * https, `HTTP_PROXY` for http, `NO_PROXY` against both, lower case as well; never for loopback.
 *
 * Source: golang.org/x/net/http/httpproxy, Config.
 */
export function proxyFor(
  server: string,
  env: Readonly<Record<string, string | undefined>>,
): string | undefined {
  const { protocol, hostname, port } = new URL(server);
  const host = hostname.replace(/^\[|\]$/g, '').toLowerCase();
  const name = protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY';
  const proxy = env[name] || env[name.toLowerCase()];
  if (!proxy || isLoopback(host)) return undefined;
  const usedPort = port || (protocol === 'https:' ? '443' : '80');
  const exceptions = (env['NO_PROXY'] || env['no_proxy'] || '').toLowerCase().split(',');
  if (exceptions.some((exception) => excepts(exception.trim(), host, usedPort))) return undefined;
  return proxy.includes('://') ? proxy : `http://${proxy}`;
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
}

function excepts(exception: string, host: string, port: string): boolean {
  if (exception === '') return false;
  if (exception === '*') return true;
  if (exception.includes('/')) return isWithin(exception, host);
  if (readIpv6(exception)) return exception === host;
  const [, name = '', only] = /^(.*?)(?::(\d+))?$/.exec(exception) ?? [];
  if (only !== undefined && only !== port) return false;
  const domain = name.replace(/^\*?\./, '');
  return host === name || host.endsWith(`.${domain}`);
}

function isWithin(prefix: string, host: string): boolean {
  if (readIpv4(host) < 0 && !readIpv6(host)) return false;
  try {
    return prefixContains(prefix, host);
  } catch (error) {
    // an exception that is no prefix excepts nothing
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}
