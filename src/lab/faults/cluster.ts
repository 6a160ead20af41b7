import type { ClusterChange } from '../kubernetes/homelab/faults.ts';
import { type Fault, NODE_TO_NAS, type Setting, yields } from './fault.ts';
import { STALE_ROUTE } from './paths.ts';

export const WRONG_API_KEY = '3-a-key-that-nobody-made';

/**
 * What looks like the outage in `kubectl get pods` and is none. Each needs the cluster, and restarts
 * what it takes to be seen: pods that run go on running through most of them.
 */
export const clusterFaults: readonly Fault[] = [
  fault('wrong-api-key', 'The drivers have a key that the TrueNAS API does not know (401)', {
    expect: yields('storage-api-key-refused'),
    change: { driver: { apiKey: WRONG_API_KEY } },
  }),
  fault('rest-removed', 'The NAS was upgraded to TrueNAS 26, which has no REST API (404)', {
    expect: yields('storage-api-removed'),
    settings: [upgraded('26.0')],
    change: { restarts: 'controllers' },
  }),
  fault('driver-too-old', 'The NAS was upgraded to 25.10 and the driver is of before (422)', {
    expect: yields('driver-contract-refused'),
    settings: [upgraded('25.10')],
    change: { driverIsOld: true, newClaim: true },
  }),
  fault('name-unresolved', 'The drivers are given a name that no resolver in their pods knows', {
    expect: yields('storage-name-unresolved'),
    change: { driver: { host: 'truenas.lan' } },
  }),
  fault('tls-untrusted', 'The drivers check the self-signed certificate of the NAS', {
    expect: yields('storage-tls-untrusted'),
    change: { driver: { allowInsecure: false } },
  }),
  fault('export-denied', 'The NFS exports no longer let the node in', {
    expect: yields('nfs-export-denied'),
    settings: [{ kind: 'daemon', host: 'nas', daemon: 'nfs', mode: 'denying' }],
    change: { restarts: 'apps' },
  }),
  fault('mount-helper-missing', 'The node has no mount.nfs', {
    expect: yields('nfs-mount-helper-missing'),
    change: { mountHelperMissing: true, restarts: 'apps' },
  }),
  fault('node-plugins-forbidden', "Pod Security forbids the drivers' node pods: not registered", {
    expect: yields('csi-driver-not-registered'),
    change: { nodePluginsForbidden: true, restarts: 'apps' },
  }),
  fault('api-server-slow', 'Writes to the Kubernetes API take 12 s: leases are lost', {
    expect: yields('controller-lost-leader-lease'),
    change: { writeDelayMs: 12_000 },
  }),
  fault('driver-crashes', "The drivers' process dies whenever it starts (502)", {
    expect: yields('csi-driver-dead'),
    change: { driverCrashes: true },
  }),
  fault(
    'one-node-astray',
    'One node has a stale host route to the NAS: what it mounts anew hangs',
    {
      expect: yields('node-route-astray'),
      settings: [STALE_ROUTE],
      change: { restarts: 'apps' },
    },
  ),
  fault('pods-not-forwarded', 'The node forwards nothing: only its pods are cut off', {
    expect: yields('pod-network-broken'),
    settings: [{ kind: 'sysctl', host: 'node', name: 'net.ipv4.ip_forward', value: '0' }],
    change: { restarts: 'controllers' },
  }),
  fault(
    'pods-without-way-back',
    'Pods are not masqueraded, and the NAS has no route back to them',
    {
      expect: yields('no-return-route-to-pods'),
      settings: [
        { kind: 'unmasqueraded', host: 'node' },
        route('router', '10.244.0.0/16 via 10.0.0.197', true),
        route('nas', 'default via 10.0.0.1', false),
      ],
      change: { restarts: 'controllers' },
    },
  ),
];

function fault(
  id: string,
  title: string,
  {
    expect,
    change,
    settings = [],
  }: Pick<Fault, 'expect'> & {
    readonly change: ClusterChange;
    readonly settings?: readonly Setting[];
  },
): Fault {
  const cluster: Setting = { kind: 'cluster', host: 'node', change };
  return { id, title, settings: [...settings, cluster], question: NODE_TO_NAS, expect };
}

function upgraded(release: '25.10' | '26.0'): Setting {
  return { kind: 'daemon', host: 'nas', daemon: 'truenas', mode: 'serving', release };
}

function route(host: string, text: string, present: boolean): Setting {
  return { kind: 'route', host, family: 'ipv4', route: text, present };
}
