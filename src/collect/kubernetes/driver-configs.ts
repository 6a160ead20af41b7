import * as z from 'zod';
import { type Fact, missing } from '../../model/fact.ts';
import type { KnownConfig } from './backends.ts';
import type { ClusterLists } from './cluster-lists.ts';
import type { CsiWorkload } from './csi-workloads.ts';
import { democraticConfig } from './driver-config.ts';
import type { Endpoint } from './endpoint.ts';
import {
  cephClusters,
  synologyConfig,
  TridentBackend,
  tridentEndpoints,
  truenasCsiConfig,
} from './other-configs.ts';
import type { ClusterReader } from './reader.ts';
import { RESOURCES } from './resources.ts';
import { softwareOf } from './software.ts';

export interface ReadConfigs {
  readonly configs: readonly KnownConfig[];
  readonly references: ReadonlyMap<string, readonly Endpoint[]>;
}

const DRIVER_CONFIG_KEY = 'driver-config-file.yaml';
const Data = z.object({ data: z.record(z.string(), z.string()).optional() });
const HIDES = 'the address a driver is configured with, where no volume tells it';

/**
 * What drivers are configured with, as far as volumes do not tell where they live. ConfigMaps and
 * custom resources are read where there are drivers that have them; a Secret only when the volumes
 * of its driver name no address, or several, and then only for the keys that hold addresses.
 */
export async function readConfigs(
  reader: ClusterReader,
  {
    workloads,
    storage,
    mayReadSecrets,
  }: {
    readonly workloads: readonly CsiWorkload[];
    readonly storage: ClusterLists['storage'];
    readonly mayReadSecrets: boolean;
  },
): Promise<ReadConfigs> {
  const servers = serversByDriver(storage);
  const controllers = workloads.filter(({ role }) => role === 'controller');
  const references = new Map<string, readonly Endpoint[]>();
  const found = await Promise.all(
    controllers.map(async (workload): Promise<readonly KnownConfig[]> => {
      const driver = workload.driver ?? '';
      const mayAsk = mayReadSecrets && servers.get(driver)?.size !== 1;
      if (workload.configSecret !== undefined && mayAsk) {
        return configOf(await readSecret(reader, workload, workload.configSecret), workload);
      }
      return readByKind(reader, workload, { mayAsk, references });
    }),
  );
  return { configs: found.flat(), references };
}

function serversByDriver(
  storage: ClusterLists['storage'],
): ReadonlyMap<string, ReadonlySet<string>> {
  const servers = new Map<string, Set<string>>();
  for (const { place } of storage.volumes()) {
    const known = servers.get(place.driver) ?? new Set();
    for (const { server } of place.endpoints) known.add(server);
    servers.set(place.driver, known);
  }
  return servers;
}

async function readByKind(
  reader: ClusterReader,
  { driver = '', namespace, environment }: CsiWorkload,
  {
    mayAsk,
    references,
  }: { readonly mayAsk: boolean; readonly references: Map<string, readonly Endpoint[]> },
): Promise<readonly KnownConfig[]> {
  switch (softwareOf(driver).name) {
    case 'truenas-csi': {
      const map = await readData(reader, RESOURCES.configMaps, {
        namespace,
        name: 'truenas-csi-config',
      });
      return map.seen
        ? [{ driver, source: 'config-map', ...truenasCsiConfig(map.value ?? {}) }]
        : [];
    }
    case 'ceph-csi': {
      const map = await readData(reader, RESOURCES.configMaps, {
        namespace,
        name: 'ceph-csi-config',
      });
      const clusters = cephClusters(map.seen ? map.value?.['config.json'] : undefined);
      for (const [id, endpoints] of clusters) references.set(id, endpoints);
      return [];
    }
    case 'trident':
      await readTrident(reader, namespace, references);
      return [];
    case 'synology-csi': {
      if (!mayAsk) return [];
      const secret = await readData(reader, RESOURCES.secrets, {
        namespace,
        name: 'client-info-secret',
      });
      const text = secret.seen ? secret.value?.['client-info.yml'] : undefined;
      return [{ driver, source: 'secret', ...synologyConfig(decoded(text)) }];
    }
    case 'nfs-subdir-external-provisioner': {
      const server = environment['NFS_SERVER'];
      if (server === undefined) return [];
      const endpoints = [{ server, ports: [{ port: 2049, use: 'nfs' as const }] }];
      return [{ driver, source: 'workload', endpoints }];
    }
    default:
      return [];
  }
}

async function readTrident(
  reader: ClusterReader,
  namespace: string,
  references: Map<string, readonly Endpoint[]>,
): Promise<void> {
  await reader.list(
    { resource: RESOURCES.tridentBackends, namespace },
    {
      schema: TridentBackend,
      take(backend) {
        if (backend.backendUUID !== undefined) {
          references.set(backend.backendUUID, tridentEndpoints(backend));
        }
      },
      hides: HIDES,
      optionalKind: true,
    },
  );
}

async function readSecret(
  reader: ClusterReader,
  { namespace }: CsiWorkload,
  name: string,
): Promise<Fact<string | undefined>> {
  const data = await readData(reader, RESOURCES.secrets, { namespace, name });
  if (!data.seen) return data;
  const text = decoded(data.value?.[DRIVER_CONFIG_KEY]);
  return text === undefined ? missing('the Secret has no such key') : { ...data, value: text };
}

function configOf(
  text: Fact<string | undefined>,
  { driver = '', environment }: CsiWorkload,
): readonly KnownConfig[] {
  const config = text.seen && text.value ? democraticConfig(text.value, environment) : undefined;
  return config ? [{ driver, source: 'secret', ...config }] : [];
}

async function readData(
  reader: ClusterReader,
  resource: typeof RESOURCES.secrets,
  at: { readonly namespace: string; readonly name: string },
): Promise<Fact<Record<string, string> | undefined>> {
  const fact = await reader.read({ resource, ...at }, { schema: Data, hides: HIDES });
  return fact.seen ? { ...fact, value: fact.value?.data } : fact;
}

function decoded(base64: string | undefined): string | undefined {
  if (base64 === undefined) return undefined;
  try {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    return new TextDecoder().decode(bytes);
  } catch (error) {
    if (error instanceof DOMException) return undefined;
    throw error;
  }
}
