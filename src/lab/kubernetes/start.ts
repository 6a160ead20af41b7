import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { type Api, createApi } from './api/api.ts';
import { createAuthority } from './auth/certificates.ts';
import { DEFAULT_ROLES } from './auth/default-roles.ts';
import { kubeconfig } from './auth/kubeconfig.ts';
import { createAuthorizer } from './auth/rbac.ts';
import { createTokens } from './auth/user.ts';
import type { AuditEvent } from './http/audit.ts';
import type { Exec } from './http/exec.ts';
import type { LogSource } from './http/log.ts';
import { createApiServer } from './http/server.ts';
import type { KubeObject } from './object.ts';
import { createRegistry } from './resources/registry.ts';
import { createStore } from './store/store.ts';

export interface KubernetesOptions {
  readonly listen: { readonly host: string; readonly port: number };
  /** Further addresses and names the certificate is good for. */
  readonly names?: readonly string[];
  readonly exec: Exec;
  readonly logs: LogSource;
  readonly audit?: (event: AuditEvent) => void;
}

export interface Kubernetes {
  readonly api: Api;
  /** `https://127.0.0.1:6443` */
  readonly url: string;
  readonly kubeconfig: string;
  readonly audit: readonly AuditEvent[];
  /** Creates or replaces. */
  load(objects: readonly KubeObject[]): void;
  close(): Promise<void>;
}

/** Starts an API server. */
export async function startKubernetes(options: KubernetesOptions): Promise<Kubernetes> {
  const store = createStore();
  const registry = createRegistry(store);
  const around = surroundings();
  const api = createApi({ store, registry, around });
  const authority = createAuthority('homelab-ca', around.now());
  const { host, port } = options.listen;
  const names = [...new Set(['127.0.0.1', 'localhost', host, ...(options.names ?? [])])];
  const audit: AuditEvent[] = [];
  const server = createApiServer(
    {
      api,
      authorizer: createAuthorizer(store),
      tokens: createTokens(),
      logs: options.logs,
      exec: options.exec,
      audit: (event) => {
        audit.push(event);
        options.audit?.(event);
      },
      delayMs: () => 0,
    },
    { ...authority.serverCertificate(names), clientCa: authority.certificate },
  );
  const load = (objects: readonly KubeObject[]): void => {
    for (const object of objects) {
      const resource = registry.ofKind(object.apiVersion, object.kind);
      if (!resource) throw new RangeError(`Cannot load a ${object.kind}: the API has no such kind`);
      api.create(resource, object);
    }
  };
  load(DEFAULT_ROLES);
  load(['default', 'kube-system'].map(namespace));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const url = `https://${host}:${(server.address() as AddressInfo).port}`;
  const admin = authority.clientCertificate('admin', ['system:masters']);
  return {
    api,
    url,
    audit,
    load,
    kubeconfig: kubeconfig({
      server: url,
      ca: authority.certificate,
      users: [{ name: 'admin', credentials: admin }],
    }),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

function namespace(name: string): KubeObject {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
}

const LETTERS = 'bcdfghjklmnpqrstvwxz2456789';

function surroundings(): Api['around'] {
  return {
    now: () => Date.now(),
    newUid: () => randomUUID(),
    suffix: (length) =>
      [...randomBytes(length)].map((byte) => LETTERS[byte % LETTERS.length]).join(''),
    serviceAddress: () => `10.96.${randomInt(0, 256)}.${randomInt(1, 255)}`,
  };
}
