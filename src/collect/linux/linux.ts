import type { Fact } from '../../model/fact.ts';
import type { Family, NetworkState, Route } from '../../model/network.ts';
import { readFibTriestat } from '../../readers/fib-triestat.ts';
import { readIpAddresses } from '../../readers/ip-addr.ts';
import { readIpLinks } from '../../readers/ip-link.ts';
import { readIpNeighbours } from '../../readers/ip-neigh.ts';
import { readIpRoutes } from '../../readers/ip-route.ts';
import { readIpRules } from '../../readers/ip-rule.ts';
import { type Names, readNames } from '../../readers/names.ts';
import { readProcNetRoute } from '../../readers/proc-net-route.ts';
import type { Reading } from '../../readers/reading.ts';
import { readSysctls } from '../../readers/sysctl.ts';
import type { CollectContext, Collecting, Collector } from '../collector.ts';
import { readSection } from '../read.ts';
import type { SectionAnswer } from '../section.ts';
import { LINUX_PARTS, PROC_ROUTES, SYSCTL_TYPED } from './facts-script.ts';
import { takeClock, takeIdentity, takeTools } from './identity.ts';
import { countersAnswer } from './kernel-answers.ts';

/** What the kernel of a Linux host knows about routing, and who the host is. */
export const linux: Collector = {
  id: 'linux',
  parts: () => LINUX_PARTS,
  start,
};

type Network = Parameters<Parameters<CollectContext['update']>[0]>[0]['network'];
const ADDRESSES_TYPED = 'ip -d addr';

type Part = Network['incomplete'][number]['part'];

function start(context: CollectContext): Collecting {
  let names: Names = {};
  let ip: string | undefined;
  let triestat: SectionAnswer | undefined;
  let procRoutes: SectionAnswer | undefined;
  const tool = () => (/busybox/i.test(ip ?? '') ? 'busybox' : undefined);

  function takeNames(kind: 'tables' | 'groups', answer: SectionAnswer): void {
    if (answer.is === 'read') names = { ...names, [kind]: readNames(answer.stdout).value };
  }

  const takers: Readonly<Record<string, (answer: SectionAnswer) => void>> = {
    'linux-clock': (answer) => takeClock(answer, context),
    'linux-counters': (answer) => takeCounters(answer, context),
    'linux-identity': (answer) => {
      ip = takeIdentity(answer, context);
    },
    'linux-tools': (answer) => takeTools(answer, ip, context),
    'linux-tables': (answer) => takeNames('tables', answer),
    'linux-groups': (answer) => takeNames('groups', answer),
    // one command prints both: of each device first what it is, then its addresses
    'linux-addresses': (answer) => {
      takePart(answer, {
        typed: ADDRESSES_TYPED,
        part: 'links',
        reader: (text) => readIpLinks(text, { names, tool: tool() }),
        put: (network, links) => ({ ...network, links }),
        context,
      });
      takePart(answer, {
        typed: ADDRESSES_TYPED,
        part: 'addresses',
        reader: readIpAddresses,
        put: (network, addresses) => ({ ...network, addresses }),
        context,
      });
    },
    'linux-neighbours': (answer) =>
      takePart(answer, {
        typed: 'ip neigh',
        reader: readIpNeighbours,
        put: (network, neighbours) => ({ ...network, neighbours }),
        context,
      }),
    'linux-sysctls': (answer) =>
      takePart(answer, {
        typed: SYSCTL_TYPED,
        reader: readSysctls,
        put: (network, sysctls) => ({ ...network, sysctls }),
        context,
      }),
    'linux-triestat': (answer) => {
      triestat = answer;
    },
    'linux-proc-routes': (answer) => {
      procRoutes = answer;
    },
    'linux-rules-ipv4': (answer) => takeRules('ipv4', answer),
    'linux-rules-ipv6': (answer) => takeRules('ipv6', answer),
    'linux-routes-ipv4': (answer) => {
      takeRoutes('ipv4', answer);
      if (triestat) takeTriestat(triestat, context);
    },
    'linux-routes-ipv6': (answer) => takeRoutes('ipv6', answer),
  };

  function takeRules(family: Family, answer: SectionAnswer): void {
    takePart(answer, {
      typed: `ip ${flag(family)} rule`,
      part: 'rules',
      reader: (text) => readIpRules(text, { family, names, tool: tool() }),
      put: (network, rules) => ({ ...network, rules: { ...network.rules, [family]: rules } }),
      context,
    });
  }

  function takeRoutes(family: Family, answer: SectionAnswer): void {
    const byProc =
      family === 'ipv4' && procRoutes?.is === 'read' && procRoutes.stdout.trim() !== '';
    const typed = `ip ${flag(family)} route show table all`;
    takePart(byProc && procRoutes ? procRoutes : answer, {
      typed: byProc ? PROC_ROUTES : typed,
      part: 'routes',
      reader: byProc
        ? readProcNetRoute
        : (text) => readIpRoutes(text, { family, names, tool: tool() }),
      put: (network, routes) => ({ ...network, routes: { ...network.routes, [family]: routes } }),
      context,
    });
  }

  return {
    take: (answer) => takers[answer.id]?.(answer),
    settled: () => Promise.resolve(),
  };
}

function flag(family: Family): string {
  return family === 'ipv4' ? '-4' : '-6';
}

function takePart<T>(
  answer: SectionAnswer,
  {
    typed,
    part,
    reader,
    put,
    context,
  }: {
    typed: string;
    /** Where what the form hides is noted; absent where nothing depends on it. */
    part?: Part;
    reader: (text: string) => Reading<T>;
    put: (network: Network, fact: Fact<T>) => Network;
    context: CollectContext;
  },
): void {
  const { fact, lacks } = readSection(answer, typed, reader);
  context.update((facts) => {
    const network = put(facts.network, fact);
    const hidden = part ? lacks.map((lack) => ({ part, lacks: lack })) : [];
    return { ...facts, network: { ...network, incomplete: [...network.incomplete, ...hidden] } };
  });
}

/** Whether the tries are merged shows in their size, which the number of IPv4 routes explains. */
function takeTriestat(answer: SectionAnswer, context: CollectContext): void {
  const typed = 'cat /proc/net/fib_triestat';
  context.update((facts) => {
    const { ipv4 } = facts.network.routes;
    const routes: readonly Route[] | undefined = ipv4.seen ? ipv4.value : undefined;
    const { fact } = readSection<NetworkState['localTable']>(answer, typed, (text) =>
      readFibTriestat(text, routes),
    );
    return { ...facts, network: { ...facts.network, localTable: fact } };
  });
}

function takeCounters(answer: SectionAnswer, context: CollectContext): void {
  const observed = countersAnswer(answer, context.vantage.hostId, 'before');
  if (!('why' in observed)) observed.forEach(context.observe);
}
