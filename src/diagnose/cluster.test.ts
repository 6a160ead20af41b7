import { describe, expect, test } from 'vitest';
import { ClusterFacts } from '../model/cluster.ts';
import { missing, seen } from '../model/fact.ts';
import { advertisedRoutes } from './cluster-advertised.ts';
import { clusterSpread } from './cluster-spread.ts';
import { clusterTargets } from './cluster-targets.ts';

const NAS = '10.0.0.210';
const HDD = 'org.democratic-csi.hdd';
const fact = <T>(value: T) => seen(value, 'test', 0);
const unseen = missing<never>('not asked');

const pod = (name: string, nodeName: string | undefined, volumes: object[]) => ({
  namespace: 'media',
  name,
  nodeName,
  hostNetwork: false,
  workload: { kind: 'Deployment', namespace: 'media', name: name.split('-')[0] ?? '' },
  reason: 'ContainerCreating',
  volumes,
  messages: [],
});
const backend = (server: string, more: object = {}) => ({
  driver: HDD,
  software: 'democratic-csi',
  server,
  ports: [{ port: 2049, use: 'nfs' }],
  sources: ['volume-attributes'],
  place: 'network',
  volumes: 3,
  volumeNames: [],
  storageClasses: [],
  outdated: false,
  ...more,
});
const node = (name: string, address: string) => ({ name, addresses: [address], ready: true });
const onNas = { claim: 'data', driver: HDD, server: NAS };

function clusterOf(parts: object = {}): ClusterFacts {
  return ClusterFacts.parse({
    server: 'https://10.0.0.197:6443',
    readAtUnixMs: 0,
    version: unseen,
    nodes: fact([node('talos-1', '10.0.0.197'), node('talos-2', '10.0.0.198')]),
    nodeCount: fact(2),
    hangingPods: fact([]),
    pendingClaims: fact([]),
    attachments: fact([]),
    csiNodes: fact(['talos-1', 'talos-2'].map((nodeName) => ({ nodeName, drivers: [HDD] }))),
    csiPods: fact([]),
    drivers: fact([]),
    backends: fact([backend(NAS)]),
    driverEvents: fact([]),
    logs: fact([]),
    signatures: [],
    tailnet: fact([]),
    serviceAddresses: fact([{ namespace: 'ingress', name: 'nginx', addresses: ['10.0.0.231'] }]),
    lacking: [],
    bounded: [],
    ...parts,
  });
}

describe('clusterTargets()', () => {
  test('pairs nodes with servers, the pair most pods hang on first', () => {
    const targets = clusterTargets(
      clusterOf({
        hangingPods: fact([
          pod('a-1', 'talos-2', [onNas]),
          pod('a-2', 'talos-1', [onNas]),
          pod('b-1', 'talos-1', [onNas]),
          pod('c-1', undefined, [onNas]),
        ]),
      }),
    );
    expect(targets).toMatchObject([
      {
        nodeName: 'talos-1',
        nodeAddresses: ['10.0.0.197'],
        server: NAS,
        ports: [{ port: 2049 }],
        drivers: [HDD],
        workloads: [{ name: 'a' }, { name: 'b' }],
        pods: 2,
      },
      { nodeName: 'talos-2', pods: 1 },
    ]);
  });

  test('leads by the driver where there is no volume yet, past addresses of old', () => {
    const targets = clusterTargets(
      clusterOf({
        hangingPods: fact([pod('a-1', 'talos-1', [{ claim: 'new', driver: HDD }])]),
        backends: fact([backend('10.0.0.5', { outdated: true }), backend(NAS)]),
      }),
    );
    expect(targets.map(({ server }) => server)).toEqual([NAS]);
  });

  test('leads from a controller that does not come up', () => {
    const container = {
      name: 'external-attacher',
      image: '',
      ready: false,
      restarts: 9,
      state: 'waiting',
    };
    const csiPods = fact([
      {
        namespace: 'democratic-csi',
        name: 'x',
        role: 'controller',
        driver: HDD,
        labels: {},
        nodeName: 'talos-1',
        hostNetwork: false,
        phase: 'Running',
        readyContainers: 0,
        containers: [container],
      },
    ]);
    expect(clusterTargets(clusterOf({ csiPods }))).toMatchObject([
      { nodeName: 'talos-1', server: NAS, workloads: [], pods: 0 },
    ]);
  });

  test('leaves out servers inside the cluster, and says nothing where nothing was seen', () => {
    const hangingPods = fact([pod('a-1', 'talos-1', [onNas])]);
    const backends = fact([backend(NAS, { place: 'in-cluster' })]);
    expect(clusterTargets(clusterOf({ hangingPods, backends }))).toEqual([]);
    expect(
      clusterTargets(clusterOf({ hangingPods: unseen, backends: unseen, csiPods: unseen })),
    ).toEqual([]);
  });
});

describe('advertisedRoutes()', () => {
  const connector = (advertises: string[], asksFor = advertises) => ({
    tailnet: fact([
      {
        kind: 'Connector',
        name: 'homelab-subnet-router',
        asksFor,
        advertises,
        isExitNode: false,
        acceptsRoutes: false,
        hostnames: [],
        tailnetAddresses: [],
        pods: [],
      },
    ]),
  });

  test('names what each route takes with it', () => {
    const routes = advertisedRoutes(
      clusterOf(connector(['10.0.0.197/32', '10.0.0.231/32', '10.0.0.210/32', '10.0.0.1/32'])),
      ['10.0.0.1'],
    );
    expect(routes.map(({ prefix, covers }) => [prefix, covers.map(({ what }) => what)])).toEqual([
      ['10.0.0.197/32', ['node']],
      ['10.0.0.231/32', ['service']],
      ['10.0.0.210/32', ['storage']],
      ['10.0.0.1/32', ['other']],
    ]);
    expect(routes[0]).toMatchObject({ by: 'Connector homelab-subnet-router', pending: false });
  });

  test('a wider route takes all of them; one that is only asked for is pending', () => {
    const [route] = advertisedRoutes(clusterOf(connector([], ['10.0.0.0/24'])));
    expect(route).toMatchObject({ pending: true });
    expect(route?.covers).toHaveLength(4);
  });

  test('what is no prefix is left out', () => {
    const odd = ['nonsense', '10.0.0.0/99', '10.0.0.0', 'fd00::/129', '10.0.0.0/8/8'];
    expect(advertisedRoutes(clusterOf(connector(odd)))).toEqual([]);
  });
});

describe('clusterSpread()', () => {
  test.each([
    { on: ['talos-1', 'talos-2'], reach: 'every-node', quiet: [] },
    { on: ['talos-1'], reach: 'some-nodes', quiet: ['talos-2'] },
  ])('is $reach when pods hang on $on', ({ on, reach, quiet }) => {
    const hangingPods = fact(on.map((name) => pod(`a-${name}`, name, [onNas])));
    expect(clusterSpread(clusterOf({ hangingPods }))).toMatchObject([
      { server: NAS, reach, quiet },
    ]);
  });

  test('says one-node in a cluster of one, which proves nothing', () => {
    const parts = {
      hangingPods: fact([pod('a', 'talos-1', [onNas])]),
      csiNodes: fact([{ nodeName: 'talos-1', drivers: [HDD] }]),
    };
    expect(clusterSpread(clusterOf(parts))[0]?.reach).toBe('one-node');
  });
});
