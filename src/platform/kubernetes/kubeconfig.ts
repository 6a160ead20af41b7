import { accessSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, isAbsolute, join } from 'node:path';
import type { Cluster, Context, User } from '@kubernetes/client-node';
import { OutsideError } from '../../model/outside-error.ts';
import type { KubeOptions } from '../../ports/kubernetes.ts';
import { proxyFor } from './proxy.ts';

/** What kubeconfigs say about the cluster to ask, and as whom. */
export interface KubeTarget {
  readonly cluster: Cluster;
  readonly user: User;
  readonly context: string | undefined;
  readonly namespace: string;
  /** Folder of the file the user is from: commands and files are meant from there. */
  readonly folder: string;
  readonly impersonate: Readonly<Record<string, string | readonly string[]>>;
}

type Env = Readonly<Record<string, string | undefined>>;
type ClientNode = typeof import('./client-node.ts');

interface Loaded {
  readonly clusters: Map<string, Cluster>;
  readonly users: Map<
    string,
    { readonly user: User; readonly raw: RawUser; readonly folder: string }
  >;
  readonly contexts: Map<string, Context>;
  current: string | undefined;
}

interface RawUser {
  readonly tokenFile?: string;
  readonly 'as-groups'?: readonly string[];
  readonly 'as-uid'?: string;
}

const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';
/** Of a service account's context in its pod. */
const IN_CLUSTER = 'in-cluster';

/**
 * Reads kubeconfigs as kubectl does: `--kubeconfig`, else the files of `KUBECONFIG` (what an
 * earlier one says counts), else `~/.kube/config`, else the service account of the pod we are in.
 *
 * @throws {OutsideError} If none is there, one cannot be read, or a name in them does not exist.
 */
export async function loadKubeTarget(options: KubeOptions, env: Env): Promise<KubeTarget> {
  const client = await import('./client-node.ts');
  const named = options.kubeconfig === undefined ? undefined : [options.kubeconfig];
  const files = named ?? listedFiles(env) ?? [join(homeOf(env), '.kube', 'config')];
  const present = named ?? files.filter(exists);
  if (present.length === 0) return inClusterTarget(client, options, { env, files });
  const loaded: Loaded = {
    clusters: new Map(),
    users: new Map(),
    contexts: new Map(),
    current: undefined,
  };
  for (const file of present) addFile(client, file, loaded);
  return choose(loaded, options, { env, files: present });
}

function listedFiles(env: Env): readonly string[] | undefined {
  const files = (env['KUBECONFIG'] ?? '').split(delimiter).filter((file) => file !== '');
  return files.length > 0 ? files : undefined;
}

function homeOf(env: Env): string {
  return env['HOME'] ?? homedir();
}

function exists(file: string): boolean {
  try {
    accessSync(file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    // one that is there and cannot be read is for the reader to report
    return true;
  }
}

function addFile({ KubeConfig, loadYaml }: ClientNode, file: string, into: Loaded): void {
  const folder = dirname(file);
  const config = new KubeConfig();
  let raw: { readonly users?: readonly { readonly name: string; readonly user?: RawUser }[] };
  try {
    const text = readFileSync(file, 'utf8');
    raw = loadYaml(text) ?? {};
    config.loadFromFile(file);
  } catch (error) {
    throw unreadable(file, error);
  }
  for (const cluster of config.clusters) keepFirst(into.clusters, cluster.name, cluster);
  for (const context of config.contexts) keepFirst(into.contexts, context.name, context);
  for (const user of config.users) {
    const rawUser = raw.users?.find(({ name }) => name === user.name)?.user ?? {};
    keepFirst(into.users, user.name, {
      user: withTokenFile(user, rawUser, folder),
      raw: rawUser,
      folder,
    });
  }
  into.current ??= config.currentContext || undefined;
}

function keepFirst<T>(map: Map<string, T>, name: string, value: T): void {
  if (!map.has(name)) map.set(name, value);
}

/** Messages of the YAML reader quote the file, and the file holds secrets: only the reason is told. */
function unreadable(file: string, error: unknown): OutsideError {
  const { code, reason, mark } = error as {
    code?: string;
    reason?: string;
    mark?: { line?: number };
  };
  const line = mark?.line === undefined ? '' : ` in line ${mark.line + 1}`;
  const found = code ?? (reason === undefined ? plainReason(error) : `${reason}${line}`);
  return new OutsideError({
    doing: `read kubeconfig "${file}"`,
    found: code === 'ENOENT' ? 'there is no such file' : found,
    next: 'name another with --kubeconfig or KUBECONFIG',
  });
}

/** Of the client's own checks, like `users[0].name is missing`. */
function plainReason(error: unknown): string {
  const message = error instanceof Error ? error.message : '';
  return /^\w+\[\d+\]\.[\w.]+ is missing$/.test(message) ? message : 'it is no kubeconfig';
}

/** The client knows `tokenFile` only by the provider that is made for pods. */
function withTokenFile(user: User, { tokenFile }: RawUser, folder: string): User {
  if (tokenFile === undefined || user.token !== undefined) return user;
  const path = isAbsolute(tokenFile) ? tokenFile : join(folder, tokenFile);
  return { ...user, authProvider: { name: 'tokenFile', config: { tokenFile: path } } };
}

interface Place {
  readonly env: Env;
  readonly files: readonly string[];
}

function choose(loaded: Loaded, options: KubeOptions, { env, files }: Place): KubeTarget {
  const where = files.join(', ');
  const contextName = options.context ?? loaded.current;
  const context = contextName === undefined ? undefined : loaded.contexts.get(contextName);
  if (contextName !== undefined && !context) {
    throw unknown('context', contextName, { known: loaded.contexts, where });
  }
  const clusterName = options.cluster ?? context?.cluster;
  if (clusterName === undefined) {
    throw new OutsideError({
      doing: 'choose a cluster',
      found: `${where} sets no current-context`,
      next: `name one with --context: ${namesOf(loaded.contexts)}`,
    });
  }
  const cluster = loaded.clusters.get(clusterName);
  if (!cluster) throw unknown('cluster', clusterName, { known: loaded.clusters, where });
  const userName = options.user ?? context?.user;
  const entry = userName === undefined ? undefined : loaded.users.get(userName);
  if (userName && !entry) throw unknown('user', userName, { known: loaded.users, where });
  const user = entry?.user ?? { name: '' };
  return {
    cluster: { ...cluster, ...proxyOf(cluster, env) },
    user,
    context: contextName,
    namespace: options.namespace ?? context?.namespace ?? 'default',
    folder: entry?.folder ?? '.',
    impersonate: impersonation(options, user, entry?.raw ?? {}),
  };
}

function proxyOf(cluster: Cluster, env: Env): { proxyUrl?: string } {
  const proxyUrl = cluster.proxyUrl ?? proxyFor(cluster.server, env);
  return proxyUrl === undefined ? {} : { proxyUrl };
}

/** `--as` replaces whatever the file says about it. */
function impersonation(
  { as, asGroups = [] }: KubeOptions,
  user: User,
  raw: RawUser,
): KubeTarget['impersonate'] {
  const name = as ?? user.impersonateUser ?? undefined;
  if (name === undefined) return {};
  const groups = as === undefined ? (raw['as-groups'] ?? []) : asGroups;
  const uid = as === undefined ? raw['as-uid'] : undefined;
  return {
    'impersonate-user': name,
    ...(groups.length > 0 ? { 'impersonate-group': groups } : {}),
    ...(uid === undefined ? {} : { 'impersonate-uid': uid }),
  };
}

function unknown(
  what: string,
  name: string,
  { known, where }: { readonly known: ReadonlyMap<string, unknown>; readonly where: string },
): OutsideError {
  return new OutsideError({
    doing: `use the ${what} "${name}"`,
    found: `${where} has no such ${what}`,
    next: `one of: ${namesOf(known)}`,
  });
}

function namesOf(known: ReadonlyMap<string, unknown>): string {
  return [...known.keys()].slice(0, 10).join(', ') || 'none is there';
}

function inClusterTarget(
  { KubeConfig }: ClientNode,
  options: KubeOptions,
  { env, files }: Place,
): KubeTarget {
  if (!env['KUBERNETES_SERVICE_HOST'] || !exists(`${SERVICE_ACCOUNT}/token`)) {
    throw new OutsideError({
      doing: 'find a cluster',
      found: `there is no ${files.join(' or ')}`,
      next: 'name a kubeconfig with --kubeconfig or KUBECONFIG',
    });
  }
  const config = new KubeConfig();
  config.loadFromCluster();
  const [cluster] = config.clusters;
  const [user] = config.users;
  const [context] = config.contexts;
  if (!cluster || !user) throw new TypeError('a service account comes with cluster and user');
  return {
    cluster,
    user,
    context: IN_CLUSTER,
    namespace: options.namespace ?? context?.namespace ?? 'default',
    folder: '.',
    impersonate: impersonation(options, user, {}),
  };
}
