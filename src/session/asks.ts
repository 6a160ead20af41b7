import type { ProbeOrder } from '../collect/probes/run-probes.ts';
import type { ProbeKind } from '../model/observation.ts';

// What democratic-csi asks a TrueNAS first; any other web service answers it too, if only with 404.
const API_PATH = '/api/v2.0/system/version/';

const KIND_OF_PORT: Readonly<Record<number, ProbeKind>> = {
  80: 'http',
  443: 'https',
  2049: 'nfs',
  // DSM
  5000: 'http',
  5001: 'https',
};

/**
 * Every question to one address of the server: each port in its own protocol, and a ping.
 *
 * @param byShell Also each port by TCP alone: a shell's tools tell of the rest only when they end.
 */
export function targetOrders(
  address: string,
  ports: readonly number[],
  { byShell = false }: { readonly byShell?: boolean } = {},
): ProbeOrder[] {
  const services = ports.map((port): ProbeOrder => {
    const probe = KIND_OF_PORT[port] ?? 'tcp';
    const isWeb = probe === 'http' || probe === 'https';
    return { role: 'target', probe, address, port, ...(isWeb ? { path: API_PATH } : {}) };
  });
  const plain = ports
    .filter((port) => byShell && KIND_OF_PORT[port] !== undefined)
    .map((port): ProbeOrder => ({ role: 'target', probe: 'tcp', address, port }));
  return [...plain, ...services, { role: 'target', probe: 'icmp', address }];
}

/**
 * Questions that any living machine of the LAN answers: a ping, and a TCP connection that it
 * accepts or refuses.
 */
export function controlOrders(address: string): ProbeOrder[] {
  return [
    { role: 'control', probe: 'tcp', address, port: 80 },
    { role: 'control', probe: 'icmp', address },
  ];
}

/** Whether a server is up, without a word to its services. */
export function plainOrders(address: string, ports: readonly number[]): ProbeOrder[] {
  return ports.map((port) => ({ role: 'target', probe: 'tcp', address, port }));
}
