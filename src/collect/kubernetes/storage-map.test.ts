import { describe, expect, test } from 'vitest';
import { type KnownConfig, storageBackends } from './backends.ts';
import { democraticConfig } from './driver-config.ts';
import { hostAndPort } from './endpoint.ts';
import {
  cephClusters,
  synologyConfig,
  tridentEndpoints,
  truenasCsiConfig,
} from './other-configs.ts';
import { PersistentVolume, StorageClass } from './schema.ts';
import { StorageIndex } from './storage-index.ts';
import { placeOfVolume } from './volume-endpoints.ts';

const NAS = '10.0.0.210';
const SECRET = 'planted-secret';

const volume = (spec: object, name = 'pvc-1', annotations = {}) =>
  PersistentVolume.parse({ metadata: { name, annotations }, spec });
const csi = (driver: string, volumeAttributes: object, volumeHandle = 'pvc-1') =>
  volume({ csi: { driver, volumeHandle, volumeAttributes } });
const ports = (at: ReturnType<typeof placeOfVolume>) =>
  at?.endpoints.map(
    ({ server, ports: all }) => `${server}:${all.map(({ port }) => port).join(',')}`,
  );

describe('placeOfVolume()', () => {
  const democratic = (attributes: object) => csi('org.democratic-csi.x', attributes);
  test.each([
    {
      what: 'democratic-csi NFS',
      of: democratic({
        node_attach_driver: 'nfs',
        provisioner_driver: 'freenas-api-nfs',
        server: NAS,
      }),
      is: [`${NAS}:2049,443,80`],
    },
    {
      what: 'democratic-csi NFS over SSH',
      of: democratic({
        node_attach_driver: 'nfs',
        provisioner_driver: 'zfs-generic-nfs',
        server: NAS,
      }),
      is: [`${NAS}:2049,22`],
    },
    {
      what: 'democratic-csi SMB',
      of: democratic({ node_attach_driver: 'smb', provisioner_driver: 'smb-client', server: NAS }),
      is: [`${NAS}:445`],
    },
    {
      what: 'democratic-csi iSCSI with two portals',
      of: democratic({
        node_attach_driver: 'iscsi',
        provisioner_driver: 'freenas-iscsi',
        portal: `${NAS}:3260`,
        portals: `${NAS}:3260,10.1.0.210:3261`,
      }),
      is: [`${NAS}:3260,443,80`, '10.1.0.210:3261,443,80'],
    },
    {
      what: 'democratic-csi iSCSI without a port',
      of: democratic({
        node_attach_driver: 'iscsi',
        provisioner_driver: 'synology-iscsi',
        portal: NAS,
      }),
      is: [`${NAS}:3260,5000,5001`],
    },
    {
      what: 'democratic-csi NVMe',
      of: democratic({
        node_attach_driver: 'nvmeof',
        provisioner_driver: 'zfs-generic-nvmeof',
        transport: `tcp://${NAS}:4420?host-iface=eth0`,
      }),
      is: [`${NAS}:4420,22`],
    },
    {
      what: 'csi-driver-nfs',
      of: csi('nfs.csi.k8s.io', { server: NAS, share: '/x' }),
      is: [`${NAS}:2049`],
    },
    {
      what: 'csi-driver-nfs by its handle',
      of: csi('nfs.csi.k8s.io', {}, `${NAS}#mnt/x#pvc-1##`),
      is: [`${NAS}:2049`],
    },
    {
      what: 'csi-driver-smb',
      of: csi('smb.csi.k8s.io', { source: `//${NAS}/share` }),
      is: [`${NAS}:445`],
    },
    {
      what: 'synology NFS',
      of: csi('csi.san.synology.com', {
        protocol: 'nfs',
        dsm: '10.0.0.9',
        source: `${NAS}:/volume1/x`,
      }),
      is: [`${NAS}:2049`, '10.0.0.9:5000,5001'],
    },
    {
      what: 'synology iSCSI',
      of: csi('csi.san.synology.com', { protocol: 'iscsi', dsm: NAS }),
      is: [`${NAS}:3260`, `${NAS}:5000,5001`],
    },
    {
      what: 'truenas-csi NFS',
      of: csi('csi.truenas.io', { nfsServer: NAS, nfsPath: '/mnt/x' }),
      is: [`${NAS}:2049`],
    },
    {
      what: 'truenas-csi iSCSI',
      of: csi('csi.truenas.io', { targetPortal: `${NAS}:3260` }),
      is: [`${NAS}:3260`],
    },
    {
      what: 'tns-csi NVMe',
      of: csi('tns.csi.io', { protocol: 'nvmeof', server: NAS }),
      is: [`${NAS}:4420`],
    },
    { what: 'in-tree NFS', of: volume({ nfs: { server: NAS, path: '/x' } }), is: [`${NAS}:2049`] },
    {
      what: 'in-tree NFS version 3',
      of: volume({ nfs: { server: NAS, path: '/x' }, mountOptions: ['nfsvers=3'] }),
      is: [`${NAS}:2049,111`],
    },
    {
      what: 'in-tree iSCSI',
      of: volume({ iscsi: { targetPortal: `${NAS}:3260`, portals: ['10.1.0.210'] } }),
      is: [`${NAS}:3260`, '10.1.0.210:3260'],
    },
    {
      what: 'an IPv6 server',
      of: csi('nfs.csi.k8s.io', { server: 'fd00::210' }),
      is: ['fd00::210:2049'],
    },
    {
      what: 'an unknown driver that names a server',
      of: csi('example.org/x', { server: 'nas.lan' }),
      is: ['nas.lan:2049'],
    },
    { what: 'Longhorn', of: csi('driver.longhorn.io', {}), is: [] },
  ])('finds where $what lives', ({ of, is }) => {
    expect(ports(placeOfVolume(of))).toEqual(is);
  });

  test('names the provisioner of a volume that is no CSI volume', () => {
    const annotations = {
      'pv.kubernetes.io/provisioned-by': 'cluster.local/nfs-subdir-external-provisioner',
    };
    expect(placeOfVolume(volume({ nfs: { server: NAS } }, 'pvc-1', annotations))).toMatchObject({
      driver: 'cluster.local/nfs-subdir-external-provisioner',
      software: 'nfs-subdir-external-provisioner',
    });
  });

  test('says nothing of a volume that is not on a network', () => {
    expect(placeOfVolume(volume({ local: { path: '/x' } }))).toBeUndefined();
  });
});

test.each([
  ['10.0.0.210', { host: '10.0.0.210' }],
  ['nas.lan:8080', { host: 'nas.lan', port: 8080 }],
  ['[fd00::1]:443', { host: 'fd00::1', port: 443 }],
  ['wss://nas.lan/api/current', { host: 'nas.lan' }],
  ['//nas/share', { host: 'nas' }],
  [`\${NAS_HOST}`, undefined],
  ['', undefined],
  ['user:secret@nas', undefined],
])('hostAndPort() takes %j apart', (text, is) => {
  expect(hostAndPort(text)).toEqual(is);
});

describe('configurations of drivers', () => {
  const text = `driver: freenas-api-iscsi
instance_id:
httpConnection:
  protocol: https
  host: \${NAS_HOST}
  port: 8443
  apiKey: ${SECRET}
  username: root
  password: ${SECRET}
sshConnection: {host: 10.0.0.211, port: 2222, privateKey: ${SECRET}}
iscsi:
  targetPortal: "10.0.0.210:3260"
  targetPortals: ["10.1.0.210:3260"]
  chapPassword: ${SECRET}
nvmeof: {transports: ["tcp://10.0.0.212:4420"]}
`;

  test('of democratic-csi name every address, and nothing secret', () => {
    const config = democraticConfig(text, { NAS_HOST: NAS, API_KEY: SECRET });
    expect(config).toEqual({
      driverClass: 'freenas-api-iscsi',
      endpoints: [
        {
          server: NAS,
          ports: [
            { port: 8443, use: 'api', protocol: 'https' },
            { port: 3260, use: 'iscsi' },
          ],
        },
        { server: '10.0.0.211', ports: [{ port: 2222, use: 'ssh' }] },
        { server: '10.1.0.210', ports: [{ port: 3260, use: 'iscsi' }] },
        { server: '10.0.0.212', ports: [{ port: 4420, use: 'nvme' }] },
      ],
    });
    expect(JSON.stringify(config)).not.toContain(SECRET);
  });

  test('with a placeholder that nobody filled name no address', () => {
    expect(
      democraticConfig(`driver: nfs-client\nnfs: {shareHost: "\${NAS}"}`, {})?.endpoints,
    ).toEqual([]);
  });

  test.each(['', '- x', `apiKey: [${SECRET}`, 'httpConnection: 5'])(
    'survive nonsense: %j',
    (odd) => {
      expect(JSON.stringify(democraticConfig(odd, {}) ?? '')).not.toContain(SECRET);
    },
  );

  test('of the others', () => {
    expect(
      truenasCsiConfig({
        truenasURL: `wss://${NAS}/api/current`,
        nfsServer: NAS,
        iscsiPortal: `${NAS}:3260`,
      }),
    ).toMatchObject({
      endpoints: [{ server: NAS, ports: [{ port: 443 }, { port: 2049 }, { port: 3260 }] }],
    });
    const ceph = cephClusters(
      '[{"clusterID":"c","monitors":["10.0.0.5:6789","[v2:10.0.0.6:3300,v1:10.0.0.6:6789]"]}]',
    );
    expect(ceph.get('c')?.map(({ server }) => server)).toEqual(['10.0.0.5', '10.0.0.6']);
    const synology = synologyConfig(
      `clients:\n- {host: ${NAS}, port: 5001, https: true, username: u, password: ${SECRET}}`,
    );
    expect(synology).toEqual({
      endpoints: [{ server: NAS, ports: [{ port: 5001, use: 'api', protocol: 'https' }] }],
    });
    expect(
      tridentEndpoints({
        config: { ontap_config: { managementLIF: '10.0.0.3', dataLIF: '10.0.0.4' } },
      }),
    ).toMatchObject([{ server: '10.0.0.3' }, { server: '10.0.0.4' }]);
  });
});

describe('storageBackends()', () => {
  const DRIVER = 'org.democratic-csi.hdd';
  const indexOf = (servers: readonly string[]) => {
    const storage = new StorageIndex();
    for (const [at, server] of servers.entries()) {
      storage.addVolume(
        volume(
          {
            storageClassName: 'truenas',
            csi: {
              driver: DRIVER,
              volumeAttributes: {
                node_attach_driver: 'nfs',
                provisioner_driver: 'freenas-api-nfs',
                server,
              },
            },
          },
          `pvc-${at}`,
        ),
      );
    }
    return storage;
  };
  const today = (server: string): KnownConfig => ({
    driver: DRIVER,
    source: 'secret',
    driverClass: 'freenas-api-nfs',
    endpoints: [
      {
        server,
        ports: [
          { port: 443, use: 'api', protocol: 'https' },
          { port: 2049, use: 'nfs' },
        ],
      },
    ],
  });

  test('counts volumes by server', () => {
    const backends = storageBackends(indexOf([NAS, NAS]), { configs: [], references: new Map() });
    expect(backends).toMatchObject([
      {
        server: NAS,
        volumes: 2,
        volumeNames: ['pvc-0', 'pvc-1'],
        storageClasses: ['truenas'],
        outdated: false,
      },
    ]);
  });

  test('notices volumes that name an address from before the storage moved', () => {
    const backends = storageBackends(indexOf(['10.0.0.5', NAS]), {
      configs: [today(NAS)],
      references: new Map(),
    });
    expect(backends).toMatchObject([
      { server: '10.0.0.5', outdated: true, ports: [{ port: 2049 }] },
      { server: NAS, outdated: false, sources: ['volume-attributes', 'secret'] },
    ]);
    expect(backends[1]?.ports.map(({ port }) => port).toSorted()).toEqual([2049, 443].toSorted());
  });

  test('takes a server from a StorageClass where there is no volume yet', () => {
    const storage = new StorageIndex();
    storage.addClass(
      StorageClass.parse({
        metadata: { name: 'nfs' },
        provisioner: 'nfs.csi.k8s.io',
        parameters: { server: NAS },
      }),
    );
    expect(storageBackends(storage, { configs: [], references: new Map() })).toMatchObject([
      {
        driver: 'nfs.csi.k8s.io',
        server: NAS,
        volumes: 0,
        sources: ['storage-class'],
        storageClasses: ['nfs'],
      },
    ]);
  });

  test('follows what ceph and Trident volumes only refer to', () => {
    const storage = new StorageIndex();
    storage.addVolume(csi('rook-ceph.rbd.csi.ceph.com', { clusterID: 'c' }));
    const references = new Map([
      ['c', [{ server: '10.0.0.5', ports: [{ port: 6789, use: 'ceph' as const }] }]],
    ]);
    expect(storageBackends(storage, { configs: [], references })).toMatchObject([
      { software: 'ceph-csi', server: '10.0.0.5', volumes: 1, sources: ['config-map'] },
    ]);
  });

  test('keeps servers inside the cluster apart from a NAS', () => {
    const storage = new StorageIndex();
    storage.addVolume(csi('nfs.csi.k8s.io', { server: 'nfs.storage.svc.cluster.local' }));
    expect(storageBackends(storage, { configs: [], references: new Map() })).toMatchObject([
      { place: 'in-cluster' },
    ]);
  });
});
