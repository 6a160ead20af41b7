import type { Fault, Setting } from '../faults/fault.ts';
import type { ClusterChange } from '../kubernetes/homelab/faults.ts';
import type { PrefsEdit } from '../tailscaled/prefs.ts';
import type { Topology } from '../topology/topology.ts';

/** Settings broken up, so that two faults can each hold a part: key to what it should be. */
export type Parts = ReadonlyMap<string, Part>;

export type Part =
  | { readonly kind: 'pref'; readonly host: string; readonly edit: PrefsEdit }
  | { readonly kind: 'change'; readonly host: string; readonly change: ClusterChange }
  | PlainSetting;

type PlainSetting = Exclude<Setting, { kind: 'prefs' | 'cluster' }>;

/** What the faults in force ask for; of two that ask for the same, the later one wins. */
export function partsOf(active: readonly Fault[]): Parts {
  return new Map(active.flatMap(({ settings }) => settings.flatMap(split)));
}

function split(setting: Setting): readonly (readonly [string, Part])[] {
  if (setting.kind === 'prefs') {
    return Object.entries(setting.prefs).map(([field, value]) => [
      `prefs ${setting.host} ${field}`,
      { kind: 'pref', host: setting.host, edit: { [field]: value } },
    ]);
  }
  if (setting.kind === 'cluster') {
    return Object.entries(setting.change).map(([field, value]) => [
      `cluster ${field}`,
      { kind: 'change', host: setting.host, change: { [field]: value } },
    ]);
  }
  return [[keyOf(setting), setting]];
}

function keyOf(setting: PlainSetting): string {
  switch (setting.kind) {
    case 'sysctl':
      return `sysctl ${setting.host} ${setting.name}`;
    case 'rule':
      return `rule ${setting.host} ${setting.family} ${setting.rule}`;
    case 'daemon':
      return `daemon ${setting.host} ${setting.daemon}`;
    case 'route':
      return `route ${setting.host} ${setting.family} ${setting.route}`;
    case 'unmasqueraded':
      return `unmasqueraded ${setting.host}`;
    case 'off':
      return `off ${setting.host}`;
  }
}

/** What is different in the cluster. */
export function clusterChangeOf(parts: Parts): ClusterChange {
  const changes = [...parts.values()].flatMap((part) =>
    part.kind === 'change' ? [part.change] : [],
  );
  return Object.assign({}, ...changes);
}

/** Preferences a node of the tailnet starts with, as far as a fault may change them. */
export function startingPrefs(topology: Topology, host: string): Required<PrefsEdit> {
  const node = topology.hosts.find(({ name }) => name === host)?.tailnet;
  return {
    RouteAll: false,
    ExitNodeID: '',
    ExitNodeAllowLANAccess: false,
    AdvertiseRoutes: node?.advertises ?? [],
    NoSNAT: node?.noSnat ?? false,
  };
}
