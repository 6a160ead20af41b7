import type { StorageBackend, StoragePort, StorageSource } from '../../model/cluster-storage.ts';
import type { DriverConfig } from './driver-config.ts';
import { apiEndpoint, type Endpoint, endpointOf } from './endpoint.ts';
import { softwareOf } from './software.ts';
import type { StorageIndex } from './storage-index.ts';

const SHOWN_VOLUMES = 10;

/** A driver's configuration as it is today, and whose word that is. */
export interface KnownConfig extends DriverConfig {
  readonly driver: string;
  readonly source: StorageSource;
}

interface Draft {
  readonly driver: string;
  readonly server: string;
  software: string;
  driverClass: string | undefined;
  readonly ports: Map<number, StoragePort>;
  readonly sources: Set<StorageSource>;
  readonly classes: Set<string>;
  readonly names: string[];
  volumes: number;
}

/**
 * One entry for each driver and server. What volumes say comes first, because that is what nodes
 * mount; a configuration adds ports, and shows which volumes still name an old address.
 *
 * @param references Endpoints of what volumes name indirectly: cluster ids, backend ids.
 */
export function storageBackends(
  storage: StorageIndex,
  {
    configs,
    references,
  }: {
    readonly configs: readonly KnownConfig[];
    readonly references: ReadonlyMap<string, readonly Endpoint[]>;
  },
): StorageBackend[] {
  const drafts = new Map<string, Draft>();
  const draftOf = (driver: string, server: string): Draft => {
    const key = `${driver}\0${server}`;
    const before = drafts.get(key);
    if (before) return before;
    const draft = newDraft(driver, server);
    drafts.set(key, draft);
    return draft;
  };
  for (const volume of storage.volumes()) {
    const { driver, software, driverClass, endpoints, reference } = volume.place;
    const referred = reference === undefined ? [] : (references.get(reference) ?? []);
    const source = endpoints.length > 0 ? 'volume-attributes' : 'config-map';
    for (const endpoint of [...endpoints, ...referred]) {
      const draft = draftOf(driver, endpoint.server);
      draft.software = software;
      draft.driverClass ??= driverClass;
      addPorts(draft, endpoint.ports, source);
      draft.volumes += 1;
      if (draft.names.length < SHOWN_VOLUMES) draft.names.push(volume.name);
      if (volume.storageClass !== undefined) draft.classes.add(volume.storageClass);
    }
  }
  addClasses(storage, draftOf);
  const current = addConfigs(configs, { drafts, draftOf });
  return [...drafts.values()].map((draft) => backendOf(draft, current.get(draft.driver)));
}

function newDraft(driver: string, server: string): Draft {
  return {
    driver,
    server,
    software: softwareOf(driver).name,
    driverClass: undefined,
    ports: new Map(),
    sources: new Set(),
    classes: new Set(),
    names: [],
    volumes: 0,
  };
}

function addPorts(draft: Draft, ports: readonly StoragePort[], source: StorageSource): void {
  draft.sources.add(source);
  for (const port of ports) {
    if (!draft.ports.has(port.port)) draft.ports.set(port.port, port);
  }
}

type DraftOf = (driver: string, server: string) => Draft;

/** Some drivers are told by the StorageClass where to make volumes. */
function addClasses(storage: StorageIndex, draftOf: DraftOf): void {
  for (const { metadata, provisioner, parameters } of storage.classes()) {
    const { name, api } = softwareOf(provisioner);
    const found =
      name === 'csi-driver-nfs'
        ? endpointOf(parameters?.['server'], 'nfs')
        : name === 'csi-driver-smb'
          ? endpointOf(parameters?.['source'], 'smb')
          : name === 'synology-csi'
            ? apiEndpoint(parameters?.['dsm'], api)
            : undefined;
    if (!found) continue;
    const draft = draftOf(provisioner, found.server);
    addPorts(draft, found.ports, 'storage-class');
    draft.classes.add(metadata.name);
  }
}

/** @returns For each driver with a known configuration, the servers it names today. */
function addConfigs(
  configs: readonly KnownConfig[],
  { drafts, draftOf }: { readonly drafts: ReadonlyMap<string, Draft>; readonly draftOf: DraftOf },
): ReadonlyMap<string, ReadonlySet<string>> {
  const current = new Map<string, Set<string>>();
  for (const config of configs) {
    const servers = current.get(config.driver) ?? new Set();
    for (const endpoint of config.endpoints) {
      servers.add(endpoint.server);
      addEndpoint(draftOf(config.driver, endpoint.server), endpoint, config);
    }
    if (servers.size > 0) current.set(config.driver, servers);
    // a server of volumes only answers for its data: the API is where the configuration says
    if (!config.endpoints.some(namesApi)) continue;
    for (const draft of drafts.values()) {
      if (draft.driver === config.driver && !servers.has(draft.server)) forgetGuessedApi(draft);
    }
  }
  return current;
}

function addEndpoint(draft: Draft, endpoint: Endpoint, { driverClass, source }: KnownConfig): void {
  if (namesApi(endpoint)) forgetGuessedApi(draft);
  addPorts(draft, endpoint.ports, source);
  draft.driverClass ??= driverClass;
  if (driverClass !== undefined) draft.software = 'democratic-csi';
}

function namesApi({ ports }: Endpoint): boolean {
  return ports.some(({ use }) => use === 'api');
}

function forgetGuessedApi(draft: Draft): void {
  for (const [port, { use }] of draft.ports) if (use === 'api') draft.ports.delete(port);
}

function backendOf(draft: Draft, current: ReadonlySet<string> | undefined): StorageBackend {
  const { driver, server, software, driverClass, volumes, names } = draft;
  const isInCluster =
    softwareOf(driver).inCluster === true || /\.svc(?:\.|$)|\.cluster\.local\.?$/.test(server);
  return {
    driver,
    software,
    ...(driverClass === undefined ? {} : { driverClass }),
    server,
    ports: [...draft.ports.values()],
    sources: [...draft.sources],
    place: isInCluster ? 'in-cluster' : 'network',
    volumes,
    volumeNames: names,
    storageClasses: [...draft.classes],
    outdated: volumes > 0 && current !== undefined && !current.has(server),
  };
}
