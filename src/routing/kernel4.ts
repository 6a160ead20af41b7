import type { NetworkState, Route } from '../model/network.ts';
import { TABLE } from '../model/network.ts';
import type { Choices } from './choices.ts';
import type { Devices } from './devices.ts';
import { type NeighbourStates, neighbourStates } from './neighbours.ts';
import { compileRules, type RuleProgram } from './rules.ts';
import { ipv4Setting, sysctl } from './sysctl.ts';
import { buildTable4, type Table4 } from './table4.ts';

/** All that IPv4 decisions of one host are made from. */
export interface Kernel4 {
  readonly state: NetworkState;
  readonly devices: Devices;
  readonly rules: RuleProgram;
  /** A table by its number, `undefined` when it is empty or does not exist. */
  table(id: number): Table4 | undefined;
  /** Local and main as one trie; asked only while they are merged. */
  mergedTable(): Table4 | undefined;
  isMerged(choices: Choices): boolean;
  readonly neighbours: NeighbourStates;
  readonly hasLocalAddress: (address: number) => number;
  /** Effective setting of a device by id; `undefined` when not seen. */
  setting(device: number, key: string): number | undefined;
  readonly multipathUsesNeighbours: boolean;
  /** Since Linux 6.16 a given source pulls a flow to the nexthop that has it. */
  readonly multipathPrefersSource: boolean | undefined;
}

export function compileKernel4(state: NetworkState, devices: Devices): Kernel4 {
  const routes = state.routes.ipv4;
  const rowsOf = groupByTable(routes);
  const tables = new Map<number, Table4 | undefined>();
  let merged: Table4 | undefined;
  const build = (rows: readonly number[]) =>
    rows.length === 0 ? undefined : buildTable4(routes, Int32Array.from(rows), devices);
  return {
    state,
    devices,
    rules: compileRules('ipv4', state.rules.ipv4, devices),
    table(id) {
      if (!tables.has(id)) tables.set(id, build(rowsOf.get(id) ?? []));
      return tables.get(id);
    },
    mergedTable() {
      merged ??= build([...(rowsOf.get(TABLE.local) ?? []), ...(rowsOf.get(TABLE.main) ?? [])]);
      return merged;
    },
    isMerged(choices) {
      if (state.localTable !== 'unknown') return state.localTable === 'merged';
      return choices.settle('whether the IPv4 local and main tables are merged', 2) === 0;
    },
    neighbours: neighbourStates(state.neighbours),
    hasLocalAddress: localAddresses(devices),
    setting: settings(state, devices),
    multipathUsesNeighbours: sysctl(state.sysctls, 'net.ipv4.fib_multipath_use_neigh') === 1,
    multipathPrefersSource: isAtLeast(state.kernelRelease, [6, 16]),
  };
}

/** `undefined` when the release is not known. */
function isAtLeast(release: string | undefined, [major, minor]: readonly [number, number]) {
  const match = /^(\d+)\.(\d+)/.exec(release ?? '');
  if (!match) return undefined;
  const [, a, b] = match.map(Number);
  return (a ?? 0) > major || (a === major && (b ?? 0) >= minor);
}

function groupByTable(routes: readonly Route[]): ReadonlyMap<number, readonly number[]> {
  const rowsOf = new Map<number, number[]>();
  for (const [row, { table }] of routes.entries()) {
    const rows = rowsOf.get(table);
    if (rows) rows.push(row);
    else rowsOf.set(table, [row]);
  }
  return rowsOf;
}

/** Device id that an address is configured on, 0 for none. */
function localAddresses(devices: Devices): (address: number) => number {
  const owners = new Map<number, number>();
  for (const { id, ipv4 } of devices.list) {
    for (const { local } of ipv4) if (!owners.has(local)) owners.set(local, id);
  }
  return (address) => owners.get(address) ?? 0;
}

function settings(state: NetworkState, devices: Devices): Kernel4['setting'] {
  const known = new Map<string, number | undefined>();
  return (device, key) => {
    const name = `${device} ${key}`;
    if (!known.has(name)) {
      known.set(name, ipv4Setting(state.sysctls, devices.list[device]?.name ?? '', key));
    }
    return known.get(name);
  };
}
