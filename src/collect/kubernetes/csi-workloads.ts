import type { Container, Workload } from './schema.ts';

/** A workload that is part of a storage driver. */
export interface CsiWorkload {
  readonly kind: 'Deployment' | 'DaemonSet' | 'StatefulSet';
  readonly namespace: string;
  readonly name: string;
  readonly role: 'controller' | 'node';
  readonly driver: string | undefined;
  readonly release: string | undefined;
  /** Secret behind the volume `config`, where democratic-csi keeps its configuration. */
  readonly configSecret: string | undefined;
  /** Plain values of the driver's environment, which its configuration may refer to. */
  readonly environment: Readonly<Record<string, string>>;
}

const INSTANCE = 'app.kubernetes.io/instance';
/** Sidecars only a controller has. */
const CONTROLLER_SIDECAR =
  /csi-(?:provisioner|attacher|resizer|snapshotter)|external-(?:provisioner|attacher)|nfs-subdir-external-provisioner|nfs-client-provisioner/;
const REGISTRATION = /--kubelet-registration-path=\S*\/plugins\/([^/\s]+)\//;
/** How drivers are told their own name. */
const NAME_ARGUMENTS = /^--(?:csi-name|driver-?name|drivername|provisioner-name)=(.+)$/;

/**
 * The workload as part of a driver, or `undefined` when it is none: a node plugin registers itself
 * with the kubelet, a controller has sidecars of its own.
 */
export function csiWorkload(
  kind: CsiWorkload['kind'],
  workload: Workload,
): CsiWorkload | undefined {
  const { metadata, spec } = workload;
  const { containers, volumes } = spec.template.spec;
  const registers =
    containers.some(({ args, command }) => REGISTRATION.test(words(args, command))) ||
    (volumes ?? []).some(({ hostPath }) => /\/plugins_registry\/?$/.test(hostPath?.path ?? ''));
  const controls = containers.some(
    ({ name, image = '' }) => CONTROLLER_SIDECAR.test(image) || CONTROLLER_SIDECAR.test(name),
  );
  if (!(kind === 'DaemonSet' ? registers : controls)) return undefined;
  return {
    kind,
    namespace: metadata.namespace ?? 'default',
    name: metadata.name,
    role: kind === 'DaemonSet' ? 'node' : 'controller',
    driver: driverOf(containers),
    release: metadata.labels?.[INSTANCE] ?? undefined,
    configSecret: volumes?.find(({ name }) => name === 'config')?.secret?.secretName,
    environment: environmentOf(containers),
  };
}

function driverOf(containers: readonly Container[]): string | undefined {
  for (const { args, command } of containers) {
    const registered = REGISTRATION.exec(words(args, command))?.[1];
    if (registered) return registered;
    for (const word of [...(command ?? []), ...(args ?? [])]) {
      const named = NAME_ARGUMENTS.exec(word)?.[1];
      if (named && !named.includes('$(')) return named;
    }
  }
  // nfs-subdir-external-provisioner is told by its environment
  return environmentOf(containers)['PROVISIONER_NAME'];
}

function words(args: Container['args'], command: Container['command']): string {
  return [...(command ?? []), ...(args ?? [])].join(' ');
}

function environmentOf(containers: readonly Container[]): Record<string, string> {
  const pairs = containers.flatMap(({ env }) => env ?? []);
  return Object.fromEntries(
    pairs.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value]])),
  );
}

/** Drivers of workloads that do not tell: by the release they share with one that does. */
export function withDrivers(workloads: readonly CsiWorkload[]): CsiWorkload[] {
  return workloads.map((workload) => {
    if (workload.driver !== undefined) return workload;
    const near = workloads.filter(
      ({ driver, namespace }) => driver !== undefined && namespace === workload.namespace,
    );
    const kin = near.filter(({ release }) => release === workload.release);
    const names = new Set((kin.length > 0 ? kin : near).map(({ driver }) => driver));
    const [only] = names;
    return names.size === 1 ? { ...workload, driver: only } : workload;
  });
}
