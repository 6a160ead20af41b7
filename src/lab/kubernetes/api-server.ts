import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { type Api, createApi } from './api/api.ts';
import type { PodSecurityLevel } from './api/pod-security.ts';
import { type Authority, createAuthority } from './auth/certificates.ts';
import { DEFAULT_ROLES } from './auth/default-roles.ts';
import { kubeconfig } from './auth/kubeconfig.ts';
import { createAuthorizer } from './auth/rbac.ts';
import { createTokens, type Tokens } from './auth/user.ts';
import { type Cluster, createCluster } from './cluster.ts';
import type { AuditEvent } from './http/audit.ts';
import type { Exec } from './http/exec.ts';
import type { LogSource } from './http/log.ts';
import { createApiServer } from './http/server.ts';
import { type KubeObject, keyOf } from './object.ts';
import { createRegistry } from './resources/registry.ts';
import { resourceId } from './resources/resource.ts';
import { createStore } from './store/store.ts';
import type { Timer } from './timer.ts';

/** What an overloaded server is slow at. */
export type Delayed = 'all' | 'writes';

export interface ApiServerOptions {
  /** Port 0 takes a free one. */
  readonly listen: { readonly host: string; readonly port: number };
  /** Address clients are told; by default the one listened on. */
  readonly advertise?: string;
  /** Further addresses and names the certificate is good for. */
  readonly names?: readonly string[];
  readonly timer: Timer;
  readonly logs: LogSource;
  readonly exec: Exec;
  readonly podSecurity?: PodSecurityLevel;
  readonly onAudit?: (event: AuditEvent) => void;
}

export interface KubeUser {
  readonly name: string;
  readonly groups?: readonly string[];
  /** How the user shows who it is; by default by certificate. */
  readonly by?: 'certificate' | 'token';
}

/** An API over TLS with nobody in it: no controllers, no kubelets. */
export interface ApiServer {
  readonly cluster: Cluster;
  /** The authority's certificate, PEM. */
  readonly ca: string;
  /** The latest requests, oldest first. */
  readonly audit: readonly AuditEvent[];
  /** Milliseconds a write is held back. */
  readonly writeDelayMs: () => number;
  /** Holds back every request, or writes alone: reads come from memory, writes wait for a disk. */
  setDelay(ms: number, which?: Delayed): void;
  /** Creates objects, or replaces those that are there. @throws {ApiError} */
  load(objects: readonly KubeObject[]): void;
  /** @returns The URL, `https://10.0.0.197:6443`. @throws {Error} If it cannot listen. */
  listen(): Promise<string>;
  /** @param url As `listen` gave it. */
  kubeconfigFor(user: KubeUser, url: string): string;
  close(): Promise<void>;
}

/** Entries of the audit log kept in memory; `onAudit` hears them all. */
const KEPT_AUDIT = 100_000;
const SYSTEM_NAMESPACES = ['default', 'kube-system', 'kube-public', 'kube-node-lease'];

export function createKubeApi(options: ApiServerOptions): ApiServer {
  const { timer, listen } = options;
  const store = createStore();
  const registry = createRegistry(store);
  const api = createApi({ store, registry, around: surroundings(options) });
  const authority = createAuthority('homelab-ca', timer.now());
  const tokens = createTokens();
  const audit: AuditEvent[] = [];
  let delay: { readonly ms: number; readonly which: Delayed } = { ms: 0, which: 'all' };
  const server = createApiServer(
    {
      api,
      authorizer: createAuthorizer(store),
      tokens,
      logs: options.logs,
      exec: options.exec,
      audit: (event) => {
        audit.push(event);
        if (audit.length > KEPT_AUDIT) audit.splice(0, KEPT_AUDIT / 2);
        options.onAudit?.(event);
      },
      delayMs: (method) => (delay.which === 'all' || method !== 'GET' ? delay.ms : 0),
    },
    { ...authority.serverCertificate(serverNames(options)), clientCa: authority.certificate },
  );
  const load = (objects: readonly KubeObject[]): void => loadObjects(api, objects);
  load(DEFAULT_ROLES);
  load(
    SYSTEM_NAMESPACES.map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })),
  );
  return {
    cluster: createCluster(api),
    ca: authority.certificate,
    audit,
    writeDelayMs: () => delay.ms,
    setDelay(ms, which = 'all') {
      delay = { ms, which };
    },
    load,
    async listen() {
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(listen.port, listen.host, resolve);
      });
      const { port } = server.address() as AddressInfo;
      return `https://${options.advertise ?? listen.host}:${port}`;
    },
    kubeconfigFor: (user, url) => kubeconfigFor(user, { url, authority, tokens }),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

function serverNames({ listen, advertise, names = [] }: ApiServerOptions): readonly string[] {
  const always = ['127.0.0.1', 'localhost', 'kubernetes.default.svc', '10.96.0.1', listen.host];
  return [...new Set([...always, ...names, ...(advertise ? [advertise] : [])])];
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
  { name, groups = [], by = 'certificate' }: KubeUser,
  { url, authority, tokens }: { url: string; authority: Authority; tokens: Tokens },
): string {
  const ca = authority.certificate;
  if (by === 'certificate') {
    const credentials = authority.clientCertificate(name, groups);
    return kubeconfig({ server: url, ca, users: [{ name, credentials }] });
  }
  const token = `lab.${randomBytes(24).toString('base64url')}`;
  tokens.add(token, { name, groups });
  return kubeconfig({ server: url, ca, users: [{ name, credentials: { token } }] });
}

/** No vowels, so that no words come out; as the real server generates names. */
const LETTERS = 'bcdfghjklmnpqrstvwxz2456789';

function surroundings({ timer, podSecurity = 'baseline' }: ApiServerOptions): Api['around'] {
  return {
    now: timer.now,
    podSecurity,
    newUid: () => randomUUID(),
    suffix: (length) =>
      [...randomBytes(length)].map((byte) => LETTERS[byte % LETTERS.length]).join(''),
    serviceAddress: () => `10.96.${randomInt(1, 256)}.${randomInt(1, 255)}`,
  };
}
