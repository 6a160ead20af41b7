import { Buffer } from 'node:buffer';
import type { Agent } from 'node:http';
import type { RequestOptions } from 'node:https';
import { OutsideError } from '../../model/outside-error.ts';
import { execCredential, hasPlugin } from './exec-credential.ts';
import type { KubeTarget } from './kubeconfig.ts';

/** How a request shows who it is for, and by which connections it goes. */
export interface Access {
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly agent: Agent;
}

/** Gives access, and gets it anew when it was refused or is about to end. */
export interface Credentials {
  access(signal: AbortSignal): Promise<Access>;
  /**
   * Forgets what was refused: a plugin is asked again, files are read again. Several requests may
   * be refused at once; only the first to say so counts.
   */
  renew(refused: Access): void;
  close(): void;
}

/** Lists are read side by side; more connections than this would only make each slower. */
const CONNECTIONS = 6;
const BEFORE_EXPIRY_MS = 30_000;

type Held = Access & { readonly untilUnixMs: number };

export function credentialsOf(target: KubeTarget): Credentials {
  let getting: Promise<Held> | undefined;
  let current: Held | undefined;
  const agents = new Set<Agent>();
  const forget = (access: Access) => {
    if (current !== access) return;
    // its connections stay until the end: other requests may still be under way on them
    current = undefined;
    getting = undefined;
  };
  return {
    async access(signal) {
      if (current && current.untilUnixMs <= Date.now()) forget(current);
      getting ??= accessOf(target, signal).then(
        (access) => {
          current = access;
          agents.add(access.agent);
          return access;
        },
        (error: unknown) => {
          getting = undefined;
          throw error;
        },
      );
      return getting;
    },
    renew: forget,
    close() {
      for (const agent of agents) agent.destroy();
    },
  };
}

async function accessOf(target: KubeTarget, signal: AbortSignal): Promise<Held> {
  const { KubeConfig } = await import('./client-node.ts');
  const { cluster, impersonate } = target;
  const { exec: _plugin, impersonateUser: _as, ...user } = target.user;
  const given = hasPlugin(target.user) ? await execCredential(target, signal) : {};
  const config = new KubeConfig();
  config.loadFromOptions({
    clusters: [cluster.server.startsWith('http:') ? { ...cluster, skipTLSVerify: true } : cluster],
    users: [given.token === undefined ? user : { ...user, token: given.token }],
    contexts: [{ name: 'target', cluster: cluster.name, user: user.name }],
    currentContext: 'target',
  });
  const options: RequestOptions = {};
  if (given.certificate !== undefined) {
    options.cert = given.certificate;
    if (given.key !== undefined) options.key = given.key;
  }
  try {
    await config.applyToHTTPSOptions(options);
  } catch (error) {
    throw new OutsideError({
      doing: `use the credentials of "${user.name}"`,
      found: reasonOf(error),
      next: 'log in again, as you do for kubectl',
      cause: error,
    });
  }
  const agent = options.agent as Agent & { keepAlive: boolean };
  agent.keepAlive = true;
  agent.maxSockets = CONNECTIONS;
  agent.maxFreeSockets = CONNECTIONS;
  return {
    agent,
    headers: {
      ...(options.headers as Record<string, string> | undefined),
      ...basicOf(options.auth),
      ...impersonate,
    },
    untilUnixMs: (given.expiresUnixMs ?? Number.POSITIVE_INFINITY) - BEFORE_EXPIRY_MS,
  };
}

function basicOf(auth: string | null | undefined): Record<string, string> {
  return auth ? { authorization: `Basic ${Buffer.from(auth).toString('base64')}` } : {};
}

/** File errors name their file; other messages could quote what they were given. */
function reasonOf(error: unknown): string {
  const { code, path } = error as NodeJS.ErrnoException;
  if (code !== undefined && path !== undefined) return `${code}: ${path}`;
  return error instanceof Error ? error.name : 'they cannot be used';
}
