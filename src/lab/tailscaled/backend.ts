import type { TunnelControl } from '../host/daemon.ts';
import type { Netmap } from '../protocol.ts';
import { createKernelRouter } from './kernel-router.ts';
import { localPrefixes } from './local-prefixes.ts';
import type { Prefs, PrefsEdit } from './prefs.ts';
import { routerConfig } from './router-config.ts';
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
  /** A new network map from the control server. */
  receive(netmap: Netmap): Promise<void>;
  /** Called after each change of preferences is in effect. Returns how to stop. */
  onPrefs(listener: (prefs: Prefs) => void): () => void;
  close(): Promise<void>;
}

export async function createBackend(netmap: Netmap, tunnel: TunnelControl): Promise<Backend> {
  let prefs: Prefs = initialPrefs(netmap);
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
    prefs = next;
    current = map;
    if (isChange) for (const listener of listeners) listener(next);
  }

  await router?.up();
  await become(prefs, netmap);

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
    receive(next) {
      return inTurn(async () => {
        await become(withConfigFile(prefs, next.configFile), next);
        const isNew = isConnected !== (next.tunnel === 'wireguard-connected');
        if (isNew) await wireguard?.connect(next.peers);
        isConnected = next.tunnel === 'wireguard-connected';
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

function initialPrefs({ self, configFile, netfilter, noSnat }: Netmap): Prefs {
  const { member } = self;
  const prefs: Prefs = {
    ControlURL: 'https://controlplane.tailscale.com',
    RouteAll: false,
    ExitNodeID: '',
    ExitNodeIP: '',
    InternalExitNodePrior: '',
    ExitNodeAllowLANAccess: false,
    CorpDNS: false,
    RunSSH: false,
    RunWebClient: false,
    WantRunning: true,
    LoggedOut: false,
    ShieldsUp: false,
    AdvertiseTags: member.tags.length > 0 ? member.tags : null,
    Hostname: member.hostName,
    NotepadURLs: false,
    AdvertiseRoutes: member.advertises.length > 0 ? member.advertises : null,
    AdvertiseServices: null,
    Sync: null,
    NoSNAT: noSnat,
    NoStatefulFiltering: true,
    NetfilterMode: netfilter ? 2 : 0,
    AutoUpdate: { Check: true, Apply: null },
    AppConnector: { Advertise: false },
    PostureChecking: false,
    NetfilterKind: '',
    RemoteConfig: false,
    DriveShares: null,
    Config: { UserProfile: { ID: 1, LoginName: 'owner@homelab.example' }, NodeID: member.stableId },
  };
  return withConfigFile(prefs, configFile);
}
