import type { NetworkState, Route } from '../model/network.ts';
import { TABLE } from '../model/network.ts';
import type { Choices } from './choices.ts';
import type { Devices } from './devices.ts';
import { type NeighbourStates, neighbourStates } from './neighbours.ts';
import { compileScan4, type RuleScan4 } from './rule-scan4.ts';
import { compileRules, type RuleProgram } from './rules.ts';
import { ipv4Setting, sysctl } from './sysctl.ts';
import { buildTable4, type Table4 } from './table4.ts';

/** All that IPv4 decisions of one host are made from. */
export interface Kernel4 {
  readonly state: NetworkState;
  readonly devices: Devices;
  readonly rules: RuleProgram;
  readonly scan: RuleScan4;
  /** A table by its number, `undefined` when it is empty or does not exist. */
  table(id: number): Table4 | undefined;
  /** The table that a rule looks up, by the rule's index. */
  tableOfRule(rule: number): Table4 | undefined;
  /** Local and main as one trie; asked only while they are merged. */
  mergedTable(): Table4 | undefined;
  isMerged(choices: Choices): boolean;
  readonly neighbours: NeighbourStates;
  /** Devices that an address is configured on; more than one for an address given twice. */
  readonly ownersOf: (address: number) => readonly number[];
  /** Effective setting of a device by id; `undefined` when not seen. */
  setting(device: number, key: string): number | undefined;
  readonly multipathUsesNeighbours: boolean;
  /** Since Linux 6.16 a given source pulls a flow to the nexthop that has it. */
  readonly multipathPrefersSource: boolean | undefined;
  /** Since Linux 6.14 `ip route get` says EINVAL whyever a packet is not let in. */
  readonly hidesRefusal: boolean;
  readonly hasCustomLocalRoutes: () => boolean;
}

export function compileKernel4(state: NetworkState, devices: Devices): Kernel4 {
  const routes = state.routes.ipv4;
  const rowsOf = groupByTable(routes);
  const tables = new Map<number, Table4 | undefined>();
  let merged: Table4 | undefined;
  const build = (rows: readonly number[]) =>
    rows.length === 0 ? undefined : buildTable4(routes, new Int32Array(rows), devices);
  const table = (id: number) => {
    if (!tables.has(id)) tables.set(id, build(rowsOf.get(id) ?? []));
    return tables.get(id);
  };
  const rules = compileRules('ipv4', state.rules.ipv4, devices);
  return {
    state,
    devices,
    rules,
    scan: compileScan4(rules),
    table,
    tableOfRule: byRule((rule) => table(rules.target[rule] as number)),
    mergedTable() {
      merged ??= build([...(rowsOf.get(TABLE.local) ?? []), ...(rowsOf.get(TABLE.main) ?? [])]);
      return merged;
    },
    isMerged(choices) {
      if (state.localTable !== 'unknown') return state.localTable === 'merged';
      return choices.settle('whether the IPv4 local and main tables are merged', 2) === 0;
    },
    neighbours: neighbourStates(state.neighbours),
    ownersOf: localAddresses(devices),
    setting: settings(state, devices),
    multipathUsesNeighbours: sysctl(state.sysctls, 'net.ipv4.fib_multipath_use_neigh') === 1,
    hidesRefusal: isAtLeast(state.kernelRelease, [6, 14]) ?? false,
    hasCustomLocalRoutes: customLocalRoutes(routes),
    multipathPrefersSource: isAtLeast(state.kernelRelease, [6, 16]),
  };
}

/** Remembers by small index what takes long to find. */
function byRule<T>(find: (rule: number) => T): (rule: number) => T | undefined {
  const known: T[] = [];
  const found: boolean[] = [];
  return (rule) => {
    if (found[rule] === undefined) {
      known[rule] = find(rule);
      found[rule] = true;
    }
    return known[rule];
  };
}

/** `undefined` when the release is not known. */
function isAtLeast(release: string | undefined, [major, minor]: readonly [number, number]) {
  const match = /^(\d+)\.(\d+)/.exec(release ?? '');
  if (!match) return undefined;
  const [, a, b] = match.map(Number);
  return (a ?? 0) > major || (a === major && (b ?? 0) >= minor);
}

const NO_OWNERS: readonly number[] = [];

function groupByTable(routes: readonly Route[]): ReadonlyMap<number, readonly number[]> {
  const rowsOf = new Map<number, number[]>();
  for (let row = 0; row < routes.length; row++) {
    const { table } = routes[row] as Route;
    const rows = rowsOf.get(table);
    if (rows) rows.push(row);
    else rowsOf.set(table, [row]);
  }
  return rowsOf;
}

function localAddresses(devices: Devices): Kernel4['ownersOf'] {
  const owners = new Map<number, number[]>();
  for (const { id, ipv4 } of devices.list) {
    for (const { local } of ipv4) owners.set(local, [...(owners.get(local) ?? []), id]);
  }
  return (address) => owners.get(address) ?? NO_OWNERS;
}

/** The kernel remembers that a local route was ever added by hand; we see those still there. */
function customLocalRoutes(routes: readonly Route[]): () => boolean {
  let known: boolean | undefined;
  return () => {
    known ??= routes.some(
      ({ type, protocol }) => type === 'local' && protocol !== 'kernel' && protocol !== undefined,
    );
    return known;
  };
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
