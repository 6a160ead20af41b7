import type { Netmap } from '../protocol.ts';
import type { Prefs } from './prefs.ts';

/** Of a node that has never been logged in. `RouteAll` is off on Linux since 1.84. */
export function newPrefs(): Prefs {
  return {
    ControlURL: 'https://controlplane.tailscale.com',
    RouteAll: false,
    ExitNodeID: '',
    ExitNodeIP: '',
    InternalExitNodePrior: '',
    ExitNodeAllowLANAccess: false,
    CorpDNS: true,
    RunSSH: false,
    RunWebClient: false,
    WantRunning: false,
    LoggedOut: true,
    ShieldsUp: false,
    AdvertiseTags: null,
    Hostname: '',
    NotepadURLs: false,
    AdvertiseRoutes: null,
    AdvertiseServices: null,
    Sync: null,
    NoSNAT: false,
    NoStatefulFiltering: true,
    NetfilterMode: 2,
    AutoUpdate: { Check: true, Apply: null },
    AppConnector: { Advertise: false },
    PostureChecking: false,
    NetfilterKind: '',
    RemoteConfig: false,
    DriveShares: null,
    Config: null,
  };
}

/** Of a node of the homelab, which was logged in long ago. */
export function startingPrefs({ self, configFile, netfilter, noSnat }: Netmap): Prefs {
  const { member } = self;
  return {
    ...newPrefs(),
    CorpDNS: false,
    WantRunning: true,
    LoggedOut: false,
    AdvertiseTags: member.tags.length > 0 ? member.tags : null,
    Hostname: member.hostName,
    AdvertiseRoutes: member.advertises.length > 0 ? member.advertises : null,
    NoSNAT: noSnat,
    NetfilterMode: netfilter ? 2 : 0,
    Config: { UserProfile: { ID: 1, LoginName: 'owner@homelab.example' }, NodeID: member.stableId },
    ...configFile,
  };
}
