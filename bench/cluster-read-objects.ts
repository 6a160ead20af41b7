import type { KubeObject } from '../src/lab/kubernetes/object.ts';

/** How many of each a large cluster has. */
export const SIZES = { nodes: 5000, pods: 50_000, volumes: 20_000, stuckPods: 300 } as const;

const TIME = '2026-01-01T00:00:00Z';
const DRIVER = 'org.democratic-csi.hdd';
const NAMESPACES = 200;

/** Every object of the cluster, with as much in it as real ones have: about 3 KB a pod. */
export function* bigCluster(): Generator<KubeObject> {
  for (let at = 0; at < NAMESPACES; at += 1) yield namespace(at);
  for (let at = 0; at < SIZES.nodes; at += 1) yield node(at);
  for (let at = 0; at < SIZES.volumes; at += 1) {
    yield volume(at);
    yield claim(at);
  }
  for (let at = 0; at < SIZES.pods; at += 1) yield pod(at);
  for (let at = 0; at < SIZES.stuckPods; at += 1) yield event(at);
}

function meta(name: string, more: object = {}): KubeObject['metadata'] {
  const uid = `00000000-0000-4000-8000-${hex(name).padStart(12, '0').slice(-12)}`;
  return { name, uid, creationTimestamp: TIME, ...more };
}

function hex(text: string): string {
  return Buffer.from(text).toString('hex');
}

function namespaceOf(at: number): string {
  return `team-${at % NAMESPACES}`;
}

function namespace(at: number): KubeObject {
  const labels = { 'kubernetes.io/metadata.name': namespaceOf(at) };
  const metadata = meta(namespaceOf(at), { labels });
  return { apiVersion: 'v1', kind: 'Namespace', metadata, status: { phase: 'Active' } };
}

function nodeName(at: number): string {
  return `node-${String(at % SIZES.nodes).padStart(4, '0')}`;
}

function address(at: number): string {
  return `10.${(at >> 16) & 255}.${(at >> 8) & 255}.${at & 255}`;
}

function node(at: number): KubeObject {
  const name = nodeName(at);
  const condition = (type: string, status: string) => ({
    type,
    status,
    reason: `Kubelet${type}`,
    message: `kubelet says ${status}`,
    lastHeartbeatTime: TIME,
    lastTransitionTime: TIME,
  });
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: meta(name, {
      labels: {
        'kubernetes.io/hostname': name,
        'kubernetes.io/os': 'linux',
        'kubernetes.io/arch': 'amd64',
      },
    }),
    spec: { podCIDR: `10.${200 + (at >> 13)}.${(at >> 5) & 255}.${(at & 31) * 8}/29` },
    status: {
      addresses: [
        { type: 'InternalIP', address: address(at + 2) },
        { type: 'Hostname', address: name },
      ],
      conditions: [
        condition('MemoryPressure', 'False'),
        condition('DiskPressure', 'False'),
        condition('PIDPressure', 'False'),
        condition('Ready', 'True'),
      ],
      images: Array.from({ length: 40 }, (_, image) => ({
        names: [
          `registry.example.org/library/image-${image}@sha256:${hex(`image-${image}`).padEnd(64, '0')}`,
          `registry.example.org/library/image-${image}:v1.${image}`,
        ],
        sizeBytes: 100_000_000 + image,
      })),
      nodeInfo: {
        kubeletVersion: 'v1.32.4',
        osImage: 'Talos (v1.10.1)',
        containerRuntimeVersion: 'containerd://2.0.5',
      },
    },
  };
}

function volumeName(at: number): string {
  return `pvc-${hex(String(at)).padStart(32, '0')}`;
}

function volume(at: number): KubeObject {
  const name = volumeName(at);
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: meta(name, {
      annotations: { 'pv.kubernetes.io/provisioned-by': DRIVER },
      finalizers: ['kubernetes.io/pv-protection'],
    }),
    spec: {
      capacity: { storage: '10Gi' },
      accessModes: ['ReadWriteMany'],
      persistentVolumeReclaimPolicy: 'Delete',
      storageClassName: 'truenas-hdd',
      claimRef: {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        name: `data-${at}`,
        namespace: namespaceOf(at),
      },
      csi: {
        driver: DRIVER,
        volumeHandle: name,
        fsType: 'nfs',
        volumeAttributes: {
          node_attach_driver: 'nfs',
          provisioner_driver: 'freenas-api-nfs',
          server: `10.0.${at % 4}.210`,
          share: `/mnt/tank/k8s/v/${name}`,
        },
      },
      volumeMode: 'Filesystem',
    },
    status: { phase: 'Bound' },
  };
}

function claim(at: number): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: meta(`data-${at}`, {
      namespace: namespaceOf(at),
      finalizers: ['kubernetes.io/pvc-protection'],
    }),
    spec: {
      accessModes: ['ReadWriteMany'],
      resources: { requests: { storage: '10Gi' } },
      storageClassName: 'truenas-hdd',
      volumeMode: 'Filesystem',
      volumeName: volumeName(at),
    },
    status: { phase: 'Bound', accessModes: ['ReadWriteMany'], capacity: { storage: '10Gi' } },
  };
}

function podName(at: number): string {
  return `app-${Math.floor(at / 5)}-7d4b9c8f6d-${String(at).padStart(5, '0')}`;
}

function pod(at: number): KubeObject {
  const isStuck = at < SIZES.stuckPods;
  const hasVolume = at < SIZES.volumes;
  const name = podName(at);
  const app = `app-${Math.floor(at / 5)}`;
  const owner = {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    name: `${app}-7d4b9c8f6d`,
    uid: app,
    controller: true,
    blockOwnerDeletion: true,
  };
  const mounts = [
    {
      name: 'kube-api-access-x2k4p',
      readOnly: true,
      mountPath: '/var/run/secrets/kubernetes.io/serviceaccount',
    },
    ...(hasVolume ? [{ name: 'data', mountPath: '/data' }] : []),
  ];
  const containers = ['main', 'proxy'].map((container) => ({
    name: container,
    image: `registry.example.org/library/${container}:v1.2.3`,
    env: Array.from({ length: 12 }, (_, n) => ({
      name: `SETTING_${n}`,
      value: `value-of-setting-${n}`,
    })),
    resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '256Mi' } },
    volumeMounts: mounts,
    imagePullPolicy: 'IfNotPresent',
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
  }));
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: meta(name, {
      namespace: namespaceOf(at),
      labels: { app, 'pod-template-hash': '7d4b9c8f6d' },
      ownerReferences: [owner],
    }),
    spec: {
      nodeName: nodeName(at),
      containers,
      restartPolicy: 'Always',
      dnsPolicy: 'ClusterFirst',
      serviceAccountName: 'default',
      volumes: [
        ...(hasVolume
          ? [{ name: 'data', persistentVolumeClaim: { claimName: `data-${at}` } }]
          : []),
        {
          name: 'kube-api-access-x2k4p',
          projected: {
            defaultMode: 420,
            sources: [{ serviceAccountToken: { expirationSeconds: 3607, path: 'token' } }],
          },
        },
      ],
    },
    status: podStatus(at, isStuck),
  };
}

function podStatus(at: number, isStuck: boolean) {
  const ready = isStuck ? 'False' : 'True';
  return {
    phase: isStuck ? 'Pending' : 'Running',
    conditions: [
      'PodReadyToStartContainers',
      'Initialized',
      'Ready',
      'ContainersReady',
      'PodScheduled',
    ].map((type) => ({
      type,
      status: type === 'Initialized' || type === 'PodScheduled' ? 'True' : ready,
      lastProbeTime: null,
      lastTransitionTime: TIME,
    })),
    hostIP: address((at % SIZES.nodes) + 2),
    ...(isStuck ? {} : { podIP: address(at + 100_000) }),
    startTime: TIME,
    qosClass: 'Burstable',
    containerStatuses: ['main', 'proxy'].map((name) => ({
      name,
      image: `registry.example.org/library/${name}:v1.2.3`,
      imageID: `sha256:${hex(name).padEnd(64, '0')}`,
      ready: !isStuck,
      started: !isStuck,
      restartCount: 0,
      state: isStuck
        ? { waiting: { reason: 'ContainerCreating' } }
        : { running: { startedAt: TIME } },
      lastState: {},
    })),
  };
}

function event(at: number): KubeObject {
  const name = podName(at);
  const message = `MountVolume.MountDevice failed for volume "${volumeName(at)}" : rpc error: code = Internal desc = {"code":null,"stdout":"","stderr":"","timeout":true}`;
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: meta(`${name}.17f2a`, { namespace: namespaceOf(at) }),
    involvedObject: { apiVersion: 'v1', kind: 'Pod', name, namespace: namespaceOf(at) },
    reason: 'FailedMount',
    message,
    type: 'Warning',
    count: 12,
    firstTimestamp: TIME,
    lastTimestamp: TIME,
    source: { component: 'kubelet', host: nodeName(at) },
  };
}
