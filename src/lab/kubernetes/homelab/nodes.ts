import { KUBELET_CONFIG } from '../http/subresources.ts';
import { MAX_MS } from '../kubelet/back-off.ts';
import type { KubeObject } from '../object.ts';
import { IMAGES } from './images.ts';

export interface NodeSettings {
  readonly name: string;
  readonly address: string;
  /** First three octets of its pod network: `10.244.0`. */
  readonly podNetwork: string;
}

/** Says how much shorter back-off waits are on this node than on a real one. */
const BACK_OFF_SCALE = 'lab.returnpath.dev/back-off-scale';

export function nodeObject(
  { name, address, podNetwork }: NodeSettings,
  { backOffScale, nowText }: { readonly backOffScale: number; readonly nowText: string },
): KubeObject {
  const period = `${Math.max(1, Math.round(MAX_MS / backOffScale / 1000))}s`;
  const config = { crashLoopBackOff: { maxContainerRestartPeriod: period } };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      labels: {
        'kubernetes.io/hostname': name,
        'kubernetes.io/os': 'linux',
        'kubernetes.io/arch': 'amd64',
        'node-role.kubernetes.io/control-plane': '',
      },
      annotations: {
        [BACK_OFF_SCALE]: String(backOffScale),
        [KUBELET_CONFIG]: JSON.stringify(config),
      },
    },
    spec: { podCIDR: `${podNetwork}.0/24`, podCIDRs: [`${podNetwork}.0/24`] },
    status: status({ name, address }, nowText),
  };
}

function status({ name, address }: Pick<NodeSettings, 'name' | 'address'>, nowText: string) {
  return {
    addresses: [
      { type: 'InternalIP', address },
      { type: 'Hostname', address: name },
    ],
    allocatable: { cpu: '4', memory: '16Gi', pods: '110' },
    capacity: { cpu: '4', memory: '16Gi', pods: '110' },
    conditions: [
      condition('MemoryPressure', false, nowText),
      condition('DiskPressure', false, nowText),
      condition('PIDPressure', false, nowText),
      condition('Ready', true, nowText),
    ],
    daemonEndpoints: { kubeletEndpoint: { Port: 10250 } },
    images: Object.values(IMAGES).map((image) => ({ names: [image], sizeBytes: 10_000_000 })),
    nodeInfo: {
      architecture: 'amd64',
      bootID: '',
      containerRuntimeVersion: 'containerd://2.0.5',
      kernelVersion: '6.12.25-talos',
      kubeProxyVersion: '',
      kubeletVersion: 'v1.32.4',
      machineID: '',
      operatingSystem: 'linux',
      osImage: 'Talos (v1.10.1)',
      systemUUID: '',
    },
  };
}

const REASONS: Readonly<Record<string, readonly [reason: string, message: string]>> = {
  MemoryPressure: ['KubeletHasSufficientMemory', 'kubelet has sufficient memory available'],
  DiskPressure: ['KubeletHasNoDiskPressure', 'kubelet has no disk pressure'],
  PIDPressure: ['KubeletHasSufficientPID', 'kubelet has sufficient PID available'],
  Ready: ['KubeletReady', 'kubelet is posting ready status'],
};

function condition(type: string, holds: boolean, nowText: string) {
  const [reason, message] = REASONS[type] ?? ['', ''];
  return {
    type,
    status: holds ? 'True' : 'False',
    reason,
    message,
    lastHeartbeatTime: nowText,
    lastTransitionTime: nowText,
  };
}
