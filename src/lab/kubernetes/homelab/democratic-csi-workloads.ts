import type { KubeObject } from '../object.ts';
import {
  CSI_NAMESPACE,
  podLabels,
  type Release,
  type Role,
  releaseMetadata,
} from './democratic-csi-release.ts';
import { IMAGES } from './images.ts';

const KUBELET = '/var/lib/kubelet';

/** The pod that talks to the NAS: four sidecars, the driver and its proxy. */
export function controllerDeployment(release: Release): KubeObject {
  const labels = podLabels(release, 'controller');
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: releaseMetadata(release, `${release.name}-controller`, labels),
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          serviceAccountName: `${release.name}-controller-sa`,
          hostNetwork: false,
          nodeSelector: { 'kubernetes.io/os': 'linux' },
          containers: [
            sidecar('external-attacher', IMAGES.attacher),
            sidecar('external-provisioner', IMAGES.provisioner),
            sidecar('external-resizer', IMAGES.resizer),
            sidecar('external-snapshotter', IMAGES.snapshotter),
            { ...driverContainer(release, 'controller'), ...liveness() },
            proxyContainer(),
          ],
          volumes: [{ name: 'socket-dir', emptyDir: {} }, ...configVolumes(release)],
        },
      },
    },
  };
}

/** The pod on every node that mounts. */
export function nodeDaemonSet(release: Release): KubeObject {
  const labels = podLabels(release, 'node');
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: releaseMetadata(release, `${release.name}-node`, labels),
    spec: {
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          serviceAccountName: `${release.name}-node-sa`,
          hostNetwork: true,
          hostIPC: true,
          dnsPolicy: 'ClusterFirstWithHostNet',
          nodeSelector: { 'kubernetes.io/os': 'linux' },
          containers: [nodeDriver(release), proxyContainer(), registrar(release), cleanup(release)],
          volumes: [
            {
              name: 'socket-dir',
              ...host(`${KUBELET}/plugins/${release.driver}`, 'DirectoryOrCreate'),
            },
            { name: 'plugins-dir', ...host(`${KUBELET}/plugins`, 'Directory') },
            {
              name: 'registration-dir',
              ...host(`${KUBELET}/plugins_registry`, 'DirectoryOrCreate'),
            },
            { name: 'kubelet-dir', ...host(KUBELET, 'Directory') },
            { name: 'host-dir', ...host('/', 'Directory') },
            ...configVolumes(release),
          ],
        },
      },
    },
  };
}

function host(path: string, type: string) {
  return { hostPath: { path, type } };
}

const SOCKET_MOUNT = { name: 'socket-dir', mountPath: '/csi-data' };
const CONFIG_MOUNTS = [
  { name: 'config', mountPath: '/config' },
  { name: 'extra-ca-certs', mountPath: '/tmp/certs' },
];

function configVolumes({ name }: Release) {
  return [
    { name: 'config', secret: { secretName: `${name}-driver-config` } },
    {
      name: 'extra-ca-certs',
      configMap: { name, items: [{ key: 'extra-ca-certs', path: 'extra-ca-certs.crt' }] },
    },
  ];
}

function sidecar(name: string, image: string) {
  return {
    name,
    image,
    args: [
      '--v=5',
      '--leader-election',
      `--leader-election-namespace=${CSI_NAMESPACE}`,
      '--timeout=90s',
      '--csi-address=/csi-data/csi.sock',
    ],
    volumeMounts: [SOCKET_MOUNT],
  };
}

function driverContainer({ driver }: Release, mode: Role) {
  return {
    name: 'csi-driver',
    image: IMAGES.driver,
    args: [
      '--csi-version=1.5.0',
      `--csi-name=${driver}`,
      '--driver-config-file=/config/driver-config-file.yaml',
      '--log-level=info',
      `--csi-mode=${mode}`,
      '--server-socket=/csi-data/csi.sock.internal',
    ],
    env: [{ name: 'NODE_EXTRA_CA_CERTS', value: '/tmp/certs/extra-ca-certs.crt' }],
    volumeMounts: [SOCKET_MOUNT, ...CONFIG_MOUNTS],
  };
}

function nodeDriver(release: Release) {
  const container = driverContainer(release, 'node');
  const nodeId = { name: 'CSI_NODE_ID', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } };
  return {
    ...container,
    ...liveness(),
    env: [nodeId, ...container.env],
    securityContext: {
      allowPrivilegeEscalation: true,
      capabilities: { add: ['SYS_ADMIN'] },
      privileged: true,
    },
    terminationMessagePath: '/tmp/termination-log',
    volumeMounts: [
      ...container.volumeMounts,
      { name: 'kubelet-dir', mountPath: KUBELET, mountPropagation: 'Bidirectional' },
      { name: 'host-dir', mountPath: '/host', mountPropagation: 'Bidirectional' },
    ],
  };
}

/** Goes past the proxy, straight to the driver's own socket. */
function liveness() {
  const command = [
    'bin/liveness-probe',
    '--csi-version=1.5.0',
    '--csi-address=/csi-data/csi.sock.internal',
  ];
  return {
    livenessProbe: {
      exec: { command },
      failureThreshold: 3,
      initialDelaySeconds: 10,
      periodSeconds: 60,
      timeoutSeconds: 15,
    },
  };
}

function proxyContainer() {
  return {
    name: 'csi-proxy',
    image: IMAGES.proxy,
    env: [
      { name: 'BIND_TO', value: 'unix:///csi-data/csi.sock' },
      { name: 'PROXY_TO', value: 'unix:///csi-data/csi.sock.internal' },
    ],
    volumeMounts: [SOCKET_MOUNT],
  };
}

function registrar({ driver }: Release) {
  return {
    name: 'driver-registrar',
    image: IMAGES.registrar,
    args: [
      '--v=5',
      '--csi-address=/csi-data/csi.sock',
      `--kubelet-registration-path=${KUBELET}/plugins/${driver}/csi.sock`,
    ],
    env: [{ name: 'KUBE_NODE_NAME', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } }],
    volumeMounts: [
      SOCKET_MOUNT,
      { name: 'registration-dir', mountPath: '/registration' },
      { name: 'kubelet-dir', mountPath: KUBELET },
    ],
  };
}

function cleanup({ driver }: Release) {
  const command = `rm -rf /plugins/${driver} /registration/${driver}-reg.sock`;
  return {
    name: 'cleanup',
    image: IMAGES.busybox,
    command: ['/bin/sh', '-c', '--'],
    args: ['while true; do sleep 2; done;'],
    lifecycle: { preStop: { exec: { command: ['/bin/sh', '-c', command] } } },
    volumeMounts: [
      { name: 'plugins-dir', mountPath: '/plugins' },
      { name: 'registration-dir', mountPath: '/registration' },
    ],
  };
}
