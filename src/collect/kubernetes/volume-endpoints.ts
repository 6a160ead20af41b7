import type { StoragePort } from '../../model/cluster-storage.ts';
import { apiEndpoint, type Endpoint, endpointOf } from './endpoint.ts';
import type { PersistentVolume } from './schema.ts';
import { classApi, softwareOf } from './software.ts';

/** What one volume tells of where it lives. */
export interface VolumePlace {
  /** CSI driver name, or `kubernetes.io/nfs`, `kubernetes.io/iscsi`. */
  readonly driver: string;
  /** As its name or the volume itself tells. */
  readonly software: string;
  /** democratic-csi's own class. */
  readonly driverClass?: string | undefined;
  readonly endpoints: readonly Endpoint[];
  /** Of ceph-csi and Trident, whose volumes name a configuration rather than a server. */
  readonly reference?: string | undefined;
}

type Attributes = Readonly<Record<string, string>>;
type Csi = NonNullable<PersistentVolume['spec']['csi']>;

/**
 * Where a volume lives, from what stands in it: that is what nodes really mount, whatever a
 * driver's configuration says today.
 */
export function placeOfVolume({ metadata, spec }: PersistentVolume): VolumePlace | undefined {
  const { csi, nfs, iscsi, mountOptions } = spec;
  if (csi) return placeOfCsi(csi, mountOptions ?? []);
  if (nfs) {
    const provisioner = metadata.annotations?.['pv.kubernetes.io/provisioned-by'];
    const driver = provisioner ?? 'kubernetes.io/nfs';
    return place(driver, [withPortmap(endpointOf(nfs.server, 'nfs'), mountOptions ?? [])]);
  }
  if (iscsi) {
    const portals = [iscsi.targetPortal, ...(iscsi.portals ?? [])];
    return place(
      'kubernetes.io/iscsi',
      portals.map((portal) => endpointOf(portal, 'iscsi')),
    );
  }
  return undefined;
}

function placeOfCsi(csi: Csi, mountOptions: readonly string[]): VolumePlace {
  const { driver, volumeHandle = '' } = csi;
  const attributes: Attributes = csi.volumeAttributes ?? {};
  if (attributes['node_attach_driver'] !== undefined) {
    return democraticCsi(driver, attributes, mountOptions);
  }
  switch (softwareOf(driver).name) {
    case 'csi-driver-nfs': {
      // server#share#subdir#uuid#
      const server = attributes['server'] ?? volumeHandle.split('#')[0];
      return place(driver, [withPortmap(endpointOf(server, 'nfs'), mountOptions)]);
    }
    case 'csi-driver-smb':
      return place(driver, [endpointOf(attributes['source'], 'smb')]);
    case 'synology-csi':
      return synology(driver, attributes);
    case 'truenas-csi':
      return place(driver, [
        endpointOf(attributes['nfsServer'], 'nfs'),
        endpointOf(attributes['targetPortal'], 'iscsi'),
      ]);
    case 'tns-csi':
      return place(driver, [endpointOf(attributes['server'], tnsUse(attributes))]);
    case 'ceph-csi':
      return { ...place(driver, []), reference: attributes['clusterID'] };
    case 'trident':
      return { ...place(driver, []), reference: attributes['backendUUID'] };
    default:
      return place(driver, [endpointOf(attributes['server'], 'nfs')]);
  }
}

function place(driver: string, endpoints: readonly (Endpoint | undefined)[]): VolumePlace {
  return {
    driver,
    software: softwareOf(driver).name,
    endpoints: endpoints.filter((endpoint) => endpoint !== undefined),
  };
}

function democraticCsi(
  driver: string,
  attributes: Attributes,
  mountOptions: readonly string[],
): VolumePlace {
  const driverClass = attributes['provisioner_driver'];
  const api = driverClass === undefined ? [] : classApi(driverClass);
  const data = democraticData(attributes, mountOptions);
  return {
    driver,
    software: 'democratic-csi',
    driverClass,
    // the API is asked at the same machine, unless the configuration says otherwise
    endpoints: data.map(({ server, ports }) => ({ server, ports: [...ports, ...api] })),
  };
}

function democraticData(
  attributes: Attributes,
  mountOptions: readonly string[],
): readonly Endpoint[] {
  const found = (() => {
    switch (attributes['node_attach_driver']) {
      case 'nfs':
        return [withPortmap(endpointOf(attributes['server'], 'nfs'), mountOptions)];
      case 'smb':
        return [endpointOf(attributes['server'], 'smb')];
      case 'iscsi':
        return listed(attributes['portal'], attributes['portals']).map((portal) =>
          endpointOf(portal, 'iscsi'),
        );
      case 'nvmeof':
        return listed(attributes['transport'], attributes['transports']).map((transport) =>
          endpointOf(transport, 'nvme'),
        );
      default:
        return [endpointOf(attributes['server'], 'nfs')];
    }
  })();
  return found.filter((endpoint) => endpoint !== undefined);
}

function synology(driver: string, attributes: Attributes): VolumePlace {
  const { dsm, source, protocol } = attributes;
  const use = protocol === 'smb' ? 'smb' : protocol === 'nfs' ? 'nfs' : 'iscsi';
  // host:/volume1/x of NFS; //host/share of SMB; iSCSI lives where DSM does
  const host = use === 'nfs' ? source?.split(':/')[0] : use === 'smb' ? source : dsm;
  return place(driver, [endpointOf(host ?? dsm, use), apiEndpoint(dsm, softwareOf(driver).api)]);
}

function tnsUse({ protocol = '' }: Attributes): 'nfs' | 'nvme' | 'iscsi' | 'smb' {
  if (protocol.startsWith('nvme')) return 'nvme';
  return protocol === 'iscsi' || protocol === 'smb' ? protocol : 'nfs';
}

function listed(one: string | undefined, many: string | undefined): readonly string[] {
  const all = [one ?? '', ...(many ?? '').split(',')].map((text) => text.trim());
  return [...new Set(all.filter((text) => text !== ''))];
}

const PORTMAP: StoragePort = { port: 111, use: 'portmap' };

/** NFS before version 4 asks the portmapper first. */
function withPortmap(
  endpoint: Endpoint | undefined,
  mountOptions: readonly string[],
): Endpoint | undefined {
  const isOld = mountOptions.some((option) => /^(?:nfs)?vers=[23]/.test(option));
  return endpoint && isOld ? { ...endpoint, ports: [...endpoint.ports, PORTMAP] } : endpoint;
}
