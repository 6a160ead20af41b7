import type { NetworkState } from '../model/network.ts';
import { TABLE } from '../model/network.ts';
import type { Choices } from './choices.ts';
import type { Devices } from './devices.ts';
import { FAILED, type NeighbourStates, neighbourStates } from './neighbours.ts';
import { compileRules, type RuleProgram } from './rules.ts';
import { deviceSetting, sysctl } from './sysctl.ts';
import { buildTable6, type Table6 } from './table6.ts';

/** All that IPv6 decisions of one host are made from. */
export interface Kernel6 {
  readonly state: NetworkState;
  readonly devices: Devices;
  readonly rules: RuleProgram;
  table(id: number): Table6 | undefined;
  readonly neighbours: NeighbourStates;
  readonly hasHomeAddress: boolean;
  /** Whether a silent router takes its routes out: only while the host does not forward. */
  mindsNeighbours(choices: Choices): boolean;
  /** Whether the rule list is walked at all, see lookup6.ts. */
  walksRules(choices: Choices): boolean;
  /** A setting of one device by id; `undefined` when not seen. */
  setting(device: number, key: string): number | undefined;
  /** `net.ipv6.conf.all.KEY`. */
  overall(key: string): number | undefined;
}

export function compileKernel6(state: NetworkState, devices: Devices): Kernel6 {
  const { rules, routes } = state;
  const tables = new Map<number, Table6 | undefined>();
  const rowsOf = new Map<number, number[]>();
  for (const [row, { table }] of routes.ipv6.entries()) {
    const rows = rowsOf.get(table);
    if (rows) rows.push(row);
    else rowsOf.set(table, [row]);
  }
  const neighbours = neighbourStates(state.neighbours);
  const lacksDefaults = lacksDefaultRules(state);
  const someFailed = state.neighbours.some(({ state: states }) => states.includes('FAILED'));
  const overall = (key: string) => sysctl(state.sysctls, `net.ipv6.conf.all.${key}`);
  return {
    state,
    devices,
    rules: compileRules('ipv6', rules.ipv6, devices),
    table(id) {
      if (!tables.has(id)) {
        const rows = rowsOf.get(id);
        tables.set(id, rows && buildTable6(routes.ipv6, rows, devices));
      }
      return tables.get(id);
    },
    neighbours,
    hasHomeAddress: state.addresses.some(({ flags }) => flags.includes('home')),
    mindsNeighbours(choices) {
      if (!someFailed) return false;
      const forwarding = overall('forwarding');
      return (forwarding ?? choices.settle('net.ipv6.conf.all.forwarding', 2)) === 0;
    },
    walksRules: (choices) =>
      !lacksDefaults || choices.settle('whether an IPv6 rule was ever added', 2) === 0,
    setting: (device, key) =>
      deviceSetting(state.sysctls, {
        family: 'ipv6',
        device: devices.list[device]?.name ?? '',
        key,
      }),
    overall,
  };
}

/** True for a list from which default rules were deleted and to which none was added. */
function lacksDefaultRules({ rules }: NetworkState): boolean {
  const defaults = rules.ipv6.filter(
    ({ priority, action, ...rest }) =>
      action.kind === 'lookup' &&
      ((priority === 0 && action.table === TABLE.local) ||
        (priority === 32766 && action.table === TABLE.main)) &&
      rest.not !== true,
  );
  return defaults.length === rules.ipv6.length && defaults.length < 2;
}

export function isFailed(state: number | undefined): boolean {
  return state !== undefined && (state & FAILED) !== 0;
}
