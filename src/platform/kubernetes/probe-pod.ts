/** Our pods carry these labels, and nobody else's do. */
export const PROBE_LABELS = {
  'app.kubernetes.io/name': 'returnpath-look',
  'app.kubernetes.io/managed-by': 'returnpath',
} as const;

export const PROBE_SELECTOR = Object.entries(PROBE_LABELS)
  .map(([name, value]) => `${name}=${value}`)
  .join(',');

export const PROBE_CONTAINER = 'look';

/** After this the kubelet ends a pod by itself, should nobody be left to delete it. */
export const PROBE_DEADLINE_S = 60;

export interface ProbePod {
  readonly name: string;
  readonly namespace: string;
  readonly nodeName: string;
  readonly image: string;
  /** `Never`: an image that is not there fails at once, and nothing is pulled over a broken path. */
  readonly pull: 'Never' | 'IfNotPresent';
  readonly script: string;
}

/**
 * A pod in the node's own network for one script. It has no token, mounts nothing of the host, may
 * write nothing, and of capabilities only the one that ping needs.
 */
export function probePod({ name, namespace, nodeName, image, pull, script }: ProbePod): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, labels: PROBE_LABELS },
    spec: {
      nodeName,
      hostNetwork: true,
      restartPolicy: 'Never',
      activeDeadlineSeconds: PROBE_DEADLINE_S,
      terminationGracePeriodSeconds: 0,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      // also on control planes, and on nodes that are not ready or under pressure
      tolerations: [{ operator: 'Exists' }],
      containers: [
        {
          name: PROBE_CONTAINER,
          image,
          imagePullPolicy: pull,
          command: ['sh', '-c', script],
          resources: {
            requests: { cpu: '10m', memory: '16Mi' },
            limits: { memory: '128Mi' },
          },
          securityContext: {
            runAsUser: 0,
            privileged: false,
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ['ALL'], add: ['NET_RAW'] },
          },
        },
      ],
    },
  };
}

/** A name that no other run has. */
export function probePodName(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(5));
  const word = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return `returnpath-look-${word}`;
}
