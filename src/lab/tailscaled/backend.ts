import type { TunnelControl } from '../host/daemon.ts';
import type { Netmap } from '../protocol.ts';
import { newPrefs, startingPrefs } from './initial-prefs.ts';
import { createKernelRouter } from './kernel-router.ts';
import { localPrefixes } from './local-prefixes.ts';
import { backendState, type Prefs, type PrefsEdit } from './prefs.ts';
import { routerConfig } from './router-config.ts';
import type { StateFile } from './state-file.ts';
import { startWireguard } from './wireguard.ts';

/** One node's state, and how it is put into effect. */
export interface Backend {
  readonly prefs: Prefs;
  readonly netmap: Netmap;
  /**
   * Changes some preferences. Resolves when the kernel and the tailnet obey.
   *
   * @throws {Error} With tailscaled's words, if the node may not be edited or the edit is refused.
   */
  edit(change: Partial<Prefs>): Promise<Prefs>;
  /**
   * Sets all preferences, and logs in by the key, if there is one or must be one.
   *
   * @throws {Error} If the key is none. A node that was logged in stays as it was.
   */
  start(prefs: Prefs, authKey: string | undefined): Promise<void>;
  /** Forgets who the node is, and its preferences with it. */
  logOut(): Promise<void>;
  /** A new network map from the control server. */
  receive(netmap: Netmap): Promise<void>;
  /** Called after each change of preferences is in effect. Returns how to stop. */
  onPrefs(listener: (prefs: Prefs) => void): () => void;
  close(): Promise<void>;
}

export interface BackendOptions {
  readonly netmap: Netmap;
  readonly tunnel: TunnelControl;
  /** What the node has kept; absent: what the homelab starts with. */
  readonly saved?: Prefs | undefined;
  /** Where it keeps its preferences; absent: in memory. */
  readonly state?: StateFile | undefined;
}

export async function createBackend(options: BackendOptions): Promise<Backend> {
  const { netmap, tunnel, saved, state } = options;
  let prefs: Prefs = saved ?? startingPrefs(netmap);
  let current = netmap;
  let isConnected = false;
  let queue: Promise<unknown> = Promise.resolve();
  const { tun } = netmap.self.member;
  const wireguard =
    tun && netmap.tunnel !== 'cable' ? await startWireguard(netmap.self.member) : undefined;
  const router = tun ? createKernelRouter(netmap.netfilter) : undefined;
  const listeners = new Set<(prefs: Prefs) => void>();

  /** One change at a time, as under tailscaled's lock. */
  function inTurn<T>(change: () => Promise<T>): Promise<T> {
    const next = queue.then(change);
    // who asked is told of the failure; it must not stop the changes behind it
    queue = next.catch(() => {});
    return next;
  }

  /** What others read changes only once the kernel and the tailnet obey. */
  async function become(next: Prefs, map: Netmap): Promise<void> {
    const { self, peers } = map;
    await router?.set(routerConfig(next, self, peers, localPrefixes()));
    const acceptance = { routes: next.RouteAll, exitNode: next.ExitNodeID };
    await wireguard?.accept(peers, acceptance);
    await tunnel.set(acceptance, next.AdvertiseRoutes ?? []);
    const isChange = JSON.stringify(next) !== JSON.stringify(prefs);
    state?.save(next);
    prefs = next;
    current = map;
    if (isChange) for (const listener of listeners) listener(next);
  }

  /** Calls the peers once all of them have a device; a node that starts late does so at once. */
  async function connect({ tunnel: kind, peers }: Netmap): Promise<void> {
    if (kind !== 'wireguard-connected' || isConnected) return;
    await wireguard?.connect(peers);
    isConnected = true;
  }

  await router?.up();
  await become(prefs, netmap);
  await connect(netmap);

  return {
    get prefs() {
      return prefs;
    },
    get netmap() {
      return current;
    },
    edit(change) {
      return inTurn(async () => {
        if (current.configFile) throw new Error(LOCKED);
        const exit = change.ExitNodeID;
        if (exit && exit === current.self.member.stableId) {
          throw new Error('cannot use this node as its own exit node');
        }
        await become({ ...prefs, ...change }, current);
        return prefs;
      });
    },
    start(next, authKey) {
      return inTurn(async () => {
        const isKnown = backendState(prefs) !== 'NeedsLogin';
        if (!isAuthKey(authKey) && !(isKnown && authKey === undefined)) {
          if (!isKnown) {
            await become({ ...next, WantRunning: true, LoggedOut: false, Config: null }, current);
          }
          throw new Error('invalid key: API key does not exist');
        }
        const { Config } = startingPrefs(current);
        await become({ ...next, WantRunning: true, LoggedOut: false, Config }, current);
      });
    },
    logOut() {
      return inTurn(() => become(newPrefs(), current));
    },
    receive(next) {
      return inTurn(async () => {
        await become(withConfigFile(prefs, next.configFile), next);
        await connect(next);
      });
    },
    onPrefs(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      await inTurn(async () => router?.down());
    },
  };
}

const LOCKED = "can't reconfigure tailscaled when using a config file; config file is locked";

function withConfigFile(prefs: Prefs, configFile: PrefsEdit | undefined): Prefs {
  return configFile ? { ...prefs, ...configFile } : prefs;
}

/** The control server of the lab takes every key of the right form that does not say it has expired. */
function isAuthKey(key: string | undefined): boolean {
  return key !== undefined && /^tskey-auth-(?!kExpired)\w+CNTRL-\w+$/.test(key);
}
