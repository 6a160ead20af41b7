import { parse } from 'yaml';
import * as z from 'zod';
import type { DriverConfig } from './driver-config.ts';
import { merged } from './driver-config.ts';
import { apiEndpoint, type Endpoint, endpointOf, hostAndPort } from './endpoint.ts';
import { softwareOf } from './software.ts';

/** ConfigMap of truenas-csi. Source: truenas/truenas-csi deploy/. */
export function truenasCsiConfig(data: Readonly<Record<string, string>>): DriverConfig {
  return {
    endpoints: merged([
      apiEndpoint(data['truenasURL'], softwareOf('csi.truenas.io').api),
      endpointOf(data['nfsServer'], 'nfs'),
      endpointOf(data['iscsiPortal'], 'iscsi'),
    ]),
  };
}

const CephClusters = z.array(
  z.object({ clusterID: z.string(), monitors: z.array(z.string()).nullish() }),
);

/** Monitors by cluster id, of the ConfigMap `ceph-csi-config`. Source: ceph-csi docs/. */
export function cephClusters(configJson: string | undefined): ReadonlyMap<string, Endpoint[]> {
  const parsed = CephClusters.safeParse(structured(configJson));
  if (!parsed.success) return new Map();
  return new Map(
    parsed.data.map(({ clusterID, monitors }) => [
      clusterID,
      merged((monitors ?? []).map((monitor) => cephMonitor(monitor))),
    ]),
  );
}

/** `10.0.0.5:6789`, or `[v2:10.0.0.5:3300,v1:10.0.0.5:6789]`. */
function cephMonitor(text: string): Endpoint | undefined {
  const first = text.replace(/^\[|\]$/g, '').split(',')[0] ?? '';
  const found = hostAndPort(first.replace(/^v[12]:/, ''));
  if (!found) return undefined;
  const ports = found.port === undefined ? [3300, 6789] : [found.port];
  return { server: found.host, ports: ports.map((port) => ({ port, use: 'ceph' })) };
}

const SynologyClients = z.object({
  clients: z.array(
    z.object({
      host: z.string(),
      port: z.coerce.number().int().optional(),
      https: z.boolean().optional(),
    }),
  ),
});

/** `client-info.yml` of synology-csi: user and password stand beside, and are not taken. */
export function synologyConfig(text: string | undefined): DriverConfig {
  const parsed = SynologyClients.safeParse(structured(text));
  if (!parsed.success) return { endpoints: [] };
  const { api } = softwareOf('csi.san.synology.com');
  return {
    endpoints: merged(
      parsed.data.clients.map(({ host, port, https }) =>
        apiEndpoint(
          `${https ? 'https' : 'http'}://${host}${port === undefined ? '' : `:${port}`}`,
          api,
        ),
      ),
    ),
  };
}

export const TridentBackend = z.object({
  backendUUID: z.string().optional(),
  /** The driver's configuration, by its kind; credentials are kept in a Secret elsewhere. */
  config: z
    .record(
      z.string(),
      z.object({ managementLIF: z.string().optional(), dataLIF: z.string().optional() }).nullish(),
    )
    .optional(),
});

/** Where a Trident backend lives. Source: NetApp/trident persistent_store/crd/apis. */
export function tridentEndpoints({ config = {} }: z.infer<typeof TridentBackend>): Endpoint[] {
  const { api } = softwareOf('csi.trident.netapp.io');
  return merged(
    Object.values(config).flatMap((one) => [
      apiEndpoint(one?.managementLIF, api),
      endpointOf(one?.dataLIF, 'nfs'),
    ]),
  );
}

/** JSON is YAML too. */
function structured(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : parse(text);
  } catch (error) {
    if (error instanceof Error) return undefined;
    throw error;
  }
}
