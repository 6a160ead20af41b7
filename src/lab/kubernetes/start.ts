import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { type Api, createApi, timeText } from './api/api.ts';
import type { PodSecurityLevel } from './api/pod-security.ts';
import { type Authority, createAuthority } from './auth/certificates.ts';
import { DEFAULT_ROLES } from './auth/default-roles.ts';
import { kubeconfig } from './auth/kubeconfig.ts';
import { createAuthorizer } from './auth/rbac.ts';
import { createTokens, type Tokens } from './auth/user.ts';
import { type Cluster, createCluster } from './cluster.ts';
import { type ControllersHandle, startControllers } from './controllers/controllers.ts';
import { namespace } from './homelab/homelab.ts';
import { type NodeSettings, nodeObject } from './homelab/nodes.ts';
import type { AuditEvent } from './http/audit.ts';
import type { Exec } from './http/exec.ts';
import { createApiServer } from './http/server.ts';
import { type Kubelet, startKubelet } from './kubelet/kubelet.ts';
import { createLogs } from './kubelet/logs.ts';
import type { Mount, StartContainer } from './kubelet/runner.ts';
import { type KubeObject, keyOf } from './object.ts';
import { type Program, programRunner } from './programs.ts';
import { createRegistry } from './resources/registry.ts';
import { resourceId } from './resources/resource.ts';
import { createStore } from './store/store.ts';
import { realTimer, type Timer } from './timer.ts';

/** What the lab decides: where containers run and by which way their packets go. */
export interface Runners {
  /** Programs of the lab by image; see `homelabPrograms` in `csi/programs.ts`. */
  readonly programs: Readonly<Record<string, Program>>;
  /** Starts a container of any other image. */
  readonly start: StartContainer;
  readonly exec: Exec;
  readonly mount: Mount;
}

export interface KubernetesOptions {
  readonly listen: { readonly host: string; readonly port: number };
  /** Address clients are told; by default the one listened on. */
  readonly advertise?: string;
  readonly nodes: readonly NodeSettings[];
  /** What the cluster holds beside its nodes, defaults and system namespaces. */
  readonly objects: readonly KubeObject[];
  readonly runners: Runners;
  /** A folder of this cluster's own, for sockets; its path at most 60 characters. */
  readonly stateDir: string;
  /** Back-off waits are this many times shorter than real ones; 1 is real. */
  readonly backOffScale?: number;
  /** How long a driver lets a mount hang; democratic-csi: 30 s. */
  readonly mountTimeoutMs?: number;
  readonly podSecurity?: PodSecurityLevel;
  readonly timer?: Timer;
  readonly onAudit?: (event: AuditEvent) => void;
}

export interface Kubernetes {
  /** `https://10.0.0.197:6443` */
  readonly url: string;
  readonly cluster: Cluster;
  /** Every request so far, oldest first. */
  readonly audit: readonly AuditEvent[];
  /** A kubeconfig for one user; by client certificate unless a token is wanted. */
  kubeconfigFor(user: {
    readonly name: string;
    readonly groups?: readonly string[];
    readonly by?: 'certificate' | 'token';
  }): string;
  /** Creates objects, or replaces those that are there. @throws {ApiError} */
  load(objects: readonly KubeObject[]): void;
  /** How long every answer is held back from now on: an overloaded API server. */
  setDelay(ms: number): void;
  /** Stops controllers, kubelets, containers and the server. */
  close(): Promise<void>;
}

export const ADMIN = { name: 'admin', groups: ['system:masters'] } as const;
const SYSTEM_NAMESPACES = ['default', 'kube-system', 'kube-public', 'kube-node-lease'];
const MOUNT_TIMEOUT_MS = 30_000;

/**
 * Starts a Kubernetes API server with controllers, and a kubelet for each node.
 *
 * @throws {Error} If the address cannot be listened on.
 */
export async function startKubernetes(options: KubernetesOptions): Promise<Kubernetes> {
  const { timer = realTimer, backOffScale = 1 } = options;
  const store = createStore();
  const registry = createRegistry(store);
  const api = createApi({ store, registry, around: surroundings(timer, options) });
  const cluster = createCluster(api);
  const authority = createAuthority('homelab-ca', timer.now());
  const tokens = createTokens();
  const logs = createLogs(timer.now);
  const audit: AuditEvent[] = [];
  let delayMs = 0;

  const server = createApiServer(
    {
      api,
      authorizer: createAuthorizer(store),
      tokens,
      logs: logs.source,
      exec: options.runners.exec,
      audit: (event) => {
        audit.push(event);
        options.onAudit?.(event);
      },
      delayMs: () => delayMs,
    },
    { ...authority.serverCertificate(serverNames(options)), clientCa: authority.certificate },
  );
  const load = (objects: readonly KubeObject[]): void => loadObjects(api, objects);
  const nowText = timeText(timer.now());
  load(DEFAULT_ROLES);
  load(SYSTEM_NAMESPACES.map((name) => namespace(name, {})));
  load(options.nodes.map((node) => nodeObject(node, { backOffScale, nowText })));
  load(options.objects);

  const controllers = startControllers({ cluster, timer }, authority.certificate);
  const start = programRunner({
    cluster,
    timer,
    stateDir: options.stateDir,
    apiDelayMs: () => delayMs,
    programs: options.runners.programs,
    otherwise: options.runners.start,
  });
  const kubelets = options.nodes.map(({ name, address, podNetwork }) =>
    startKubelet({
      cluster,
      timer,
      nodeName: name,
      hostIp: address,
      podNetwork,
      logs,
      start,
      mount: options.runners.mount,
      backOffScale,
      mountTimeoutMs: options.mountTimeoutMs ?? MOUNT_TIMEOUT_MS,
    }),
  );
  const { host, port } = options.listen;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const bound = (server.address() as AddressInfo).port;
  const url = `https://${options.advertise ?? host}:${bound}`;
  return {
    url,
    cluster,
    audit,
    load,
    kubeconfigFor: (user) => kubeconfigFor(user, { url, authority, tokens }),
    setDelay(ms) {
      delayMs = ms;
    },
    close: () => close({ controllers, kubelets, server }),
  };
}

function serverNames({ listen, advertise, nodes }: KubernetesOptions): readonly string[] {
  const names = ['127.0.0.1', 'localhost', 'kubernetes.default.svc', '10.96.0.1', listen.host];
  const more = [...nodes.map(({ address }) => address), ...(advertise ? [advertise] : [])];
  return [...new Set([...names, ...more])];
}

function loadObjects(api: Api, objects: readonly KubeObject[]): void {
  for (const object of objects) {
    const resource = api.registry.ofKind(object.apiVersion, object.kind);
    if (!resource) throw new RangeError(`Cannot load a ${object.kind}: the API has no such kind`);
    if (api.store.get(resourceId(resource), keyOf(object))) api.replace(resource, object);
    else api.create(resource, object);
  }
}

function kubeconfigFor(
  user: Parameters<Kubernetes['kubeconfigFor']>[0],
  { url, authority, tokens }: { url: string; authority: Authority; tokens: Tokens },
): string {
  const { name, groups = [], by = 'certificate' } = user;
  const ca = authority.certificate;
  if (by === 'certificate') {
    const credentials = authority.clientCertificate(name, groups);
    return kubeconfig({ server: url, ca, users: [{ name, credentials }] });
  }
  const token = `lab.${randomBytes(24).toString('base64url')}`;
  tokens.add(token, { name, groups });
  return kubeconfig({ server: url, ca, users: [{ name, credentials: { token } }] });
}

async function close({
  controllers,
  kubelets,
  server,
}: {
  readonly controllers: ControllersHandle;
  readonly kubelets: readonly Kubelet[];
  readonly server: ReturnType<typeof createApiServer>;
}): Promise<void> {
  controllers.stop();
  await Promise.all(kubelets.map((kubelet) => kubelet.stop()));
  server.closeAllConnections();
  await new Promise((resolve) => {
    server.close(resolve);
  });
}

/** No vowels, so that no words come out; as the real server generates names. */
const LETTERS = 'bcdfghjklmnpqrstvwxz2456789';

function surroundings(
  timer: Timer,
  { podSecurity = 'baseline' }: KubernetesOptions,
): Api['around'] {
  return {
    now: timer.now,
    podSecurity,
    newUid: () => randomUUID(),
    suffix: (length) =>
      [...randomBytes(length)].map((byte) => LETTERS[byte % LETTERS.length]).join(''),
    serviceAddress: () => `10.96.${randomInt(1, 256)}.${randomInt(1, 255)}`,
  };
}
