import { timeText } from './api/api.ts';
import type { PodSecurityLevel } from './api/pod-security.ts';
import { type ApiServer, createKubeApi, type Delayed, type KubeUser } from './api-server.ts';
import type { Cluster } from './cluster.ts';
import { startControllers } from './controllers/controllers.ts';
import { type NodeSettings, nodeObject } from './homelab/nodes.ts';
import type { AuditEvent } from './http/audit.ts';
import type { Exec } from './http/exec.ts';
import type { Container, Pod } from './kinds.ts';
import type { Past } from './kubelet/container.ts';
import { type Kubelet, startKubelet } from './kubelet/kubelet.ts';
import { createLogs, type Logs } from './kubelet/logs.ts';
import type { ContainerRun, Mount, MountOutcome, StartContainer } from './kubelet/runner.ts';
import type { KubeObject } from './object.ts';
import { type Program, programRunner } from './programs.ts';
import { realTimer, type Timer } from './timer.ts';

/** What the lab decides: where containers run and by which way their packets go. */
interface Runners {
  /** Programs of the lab by image; see `homelabPrograms` in `csi/programs.ts`. */
  readonly programs: Readonly<Record<string, Program>>;
  /** Starts a container of any other image. */
  readonly start: StartContainer;
  readonly exec: Exec;
  readonly mount: Mount;
}

export interface KubernetesOptions {
  /** Port 0 takes a free one. */
  readonly listen: { readonly host: string; readonly port: number };
  /** Address clients are told; by default the one listened on. */
  readonly advertise?: string;
  readonly nodes: readonly NodeSettings[];
  /** What the cluster holds beside its nodes, default roles and system namespaces. */
  readonly objects: readonly KubeObject[];
  readonly runners: Runners;
  /** A folder of this cluster's own, for sockets; its path at most 60 characters. */
  readonly stateDir: string;
  /** Back-off waits are this many times shorter than real ones; 1 is real. Nodes show it. */
  readonly backOffScale?: number;
  /** How long a driver lets a mount hang; democratic-csi: 30 s. */
  readonly mountTimeoutMs?: number;
  readonly podSecurity?: PodSecurityLevel;
  readonly timer?: Timer;
  readonly onAudit?: (event: AuditEvent) => void;
  /** The address of a pod whose network the lab has made; others get a free one. */
  readonly podIp?: (pod: Pod) => string | undefined;
  /** What happened to a container before the lab began, where something did. */
  readonly past?: (pod: Pod, container: Container) => Past | undefined;
}

export interface Kubernetes {
  /** `https://10.0.0.197:6443` */
  readonly url: string;
  readonly cluster: Cluster;
  /** The latest requests, oldest first. */
  readonly audit: readonly AuditEvent[];
  kubeconfigFor(user: KubeUser): string;
  /** Creates objects, or replaces those that are there. @throws {ApiError} */
  load(objects: readonly KubeObject[]): void;
  /** How long every request, or every write, is held back from now on: an overloaded API server. */
  setDelay(ms: number, which?: Delayed): void;
  /** What every mount comes to from now on, whatever the network says; `undefined` ends that. */
  setMountOutcome(outcome: MountOutcome | undefined): void;
  /** A running container, to be killed for instance. */
  runOf(pod: Pod, container: string): ContainerRun | undefined;
  /** Stops controllers, kubelets, containers and the server. */
  close(): Promise<void>;
}

/** May do everything. */
export const ADMIN: KubeUser = { name: 'admin', groups: ['system:masters'] };
const MOUNT_TIMEOUT_MS = 30_000;

/**
 * Starts a Kubernetes API server with controllers, and a kubelet for each node.
 *
 * @throws {Error} If the address cannot be listened on.
 */
export async function startKubernetes(options: KubernetesOptions): Promise<Kubernetes> {
  const { timer = realTimer, backOffScale = 1, nodes, runners, objects, ...rest } = options;
  const logs = createLogs(timer.now);
  const names = nodes.map(({ address }) => address);
  const { exec } = runners;
  const server = createKubeApi({ ...rest, timer, names, logs: logs.source, exec });
  const { cluster, load } = server;
  const nowText = timeText(timer.now());
  load(nodes.map((node) => nodeObject(node, { backOffScale, nowText })));
  load(objects);

  const controllers = startControllers({ cluster, timer }, server.ca);
  let fixed: MountOutcome | undefined;
  const mount: Mount = async (ask) => fixed ?? runners.mount(ask);
  const kubelets = startKubelets(options, { server, timer, logs, mount, backOffScale });
  const url = await server.listen();
  return {
    url,
    cluster,
    audit: server.audit,
    load,
    setDelay: server.setDelay,
    setMountOutcome(outcome) {
      fixed = outcome;
    },
    runOf: (pod, container) =>
      kubelets.map((kubelet) => kubelet.runOf(pod, container)).find((run) => run !== undefined),
    kubeconfigFor: (user) => server.kubeconfigFor(user, url),
    async close() {
      controllers.stop();
      await Promise.all(kubelets.map((kubelet) => kubelet.stop()));
      await server.close();
    },
  };
}

function startKubelets(
  options: KubernetesOptions,
  parts: {
    readonly server: ApiServer;
    readonly timer: Timer;
    readonly logs: Logs;
    readonly mount: Mount;
    readonly backOffScale: number;
  },
): readonly Kubelet[] {
  const { runners, stateDir, mountTimeoutMs = MOUNT_TIMEOUT_MS } = options;
  const { cluster, writeDelayMs } = parts.server;
  const common = { cluster, timer: parts.timer };
  const { programs, start: otherwise } = runners;
  const start = programRunner({
    ...common,
    stateDir,
    apiDelayMs: writeDelayMs,
    programs,
    otherwise,
  });
  const past = options.past ?? (() => undefined);
  const podIp = options.podIp ?? (() => undefined);
  return options.nodes.map(({ name: nodeName, address: hostIp, podNetwork }) =>
    startKubelet({
      ...parts,
      ...common,
      ...{ start, past, podIp, mountTimeoutMs },
      ...{ nodeName, hostIp, podNetwork },
    }),
  );
}
