import { release } from 'node:os';
import type { NetworkState, Sysctls } from '../../src/model/network.ts';
import { readFibTriestat } from '../../src/readers/fib-triestat.ts';
import { readIpAddresses } from '../../src/readers/ip-addr.ts';
import { readIpLinks } from '../../src/readers/ip-link.ts';
import { readIpNeighbours } from '../../src/readers/ip-neigh.ts';
import { readIpRoutes } from '../../src/readers/ip-route.ts';
import { readIpRules } from '../../src/readers/ip-rule.ts';
import type { Reading } from '../../src/readers/reading.ts';
import type { Recording } from './namespace.ts';

/**
 * The state as the program would see it: from what the namespace printed, never from what it was
 * asked to become.
 *
 * @throws {Error} If a reader did not understand a line; that is a finding of its own.
 */
export function stateOf({ state }: Pick<Recording, 'state'>): NetworkState {
  const routes4 = sound('route4', readIpRoutes(state.route4, { family: 'ipv4' }));
  return {
    links: sound('link', readIpLinks(state.link)),
    addresses: sound('addr', readIpAddresses(state.addr)),
    rules: {
      ipv4: sound('rule4', readIpRules(state.rule4, { family: 'ipv4' })),
      ipv6: sound('rule6', readIpRules(state.rule6, { family: 'ipv6' })),
    },
    routes: {
      ipv4: routes4,
      ipv6: sound('route6', readIpRoutes(state.route6, { family: 'ipv6' })),
    },
    neighbours: [
      ...sound('neigh4', readIpNeighbours(state.neigh4)),
      ...sound('neigh6', readIpNeighbours(state.neigh6)),
    ],
    sysctls: sysctlsOf(state.sysctl),
    // a namespace without any IPv4 address has no local table yet, which is no fault of the reader
    localTable: readFibTriestat(state.triestat, routes4).value,
    kernelRelease: release(),
  };
}

function sound<T>(part: string, { value, problems }: Reading<T>): T {
  if (problems.length > 0) {
    throw new Error(`Cannot read ${part}: ${JSON.stringify(problems.slice(0, 3))}`);
  }
  return value;
}

/** `net/ipv4/conf/all/rp_filter:0`, a line each. */
function sysctlsOf(text: string): Sysctls {
  const entries = text
    .split('\n')
    .filter((line) => line.includes(':'))
    .map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).replaceAll('/', '.'), line.slice(colon + 1)] as const;
    });
  return Object.fromEntries(entries);
}
