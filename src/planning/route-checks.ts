import type { FixCase } from '../fixes/fix.ts';
import type { Check } from '../model/plan.ts';
import { familyOf } from '../model/prefix.ts';
import { prefixText, tableText } from '../model/text.ts';
import { decideOutput } from '../routing/decide-output.ts';
import { isVpnDevice } from '../routing/vpn.ts';
import { kernelFor, type World } from '../routing/world.ts';

/**
 * How the host must send to each client afterwards, asked of its kernel as it will be asked by
 * people: unbound, as that night, and from the address that clients use, which is the reply's.
 */
export function routeChecks({ host, vantage, finding }: FixCase, after: World): Check[] {
  const pairs = new Map(
    finding.flows.flatMap(({ source, destination }) =>
      source === undefined ? [] : [[`${source} ${destination}`, { source, destination }] as const],
    ),
  );
  return [...pairs.values()].flatMap(({ source: client, destination: server }) => [
    ...check(after, { host: host.id, vantage, client, server }),
    ...check(after, { host: host.id, vantage, client }),
  ]);
}

function check(
  after: World,
  asked: { host: string; vantage: string; client: string; server?: string },
): Check[] {
  const { host, vantage, client, server } = asked;
  const family = familyOf(client);
  const state = after.hosts[host];
  const kernel = kernelFor(state, family);
  if (!kernel || !state) return [];
  const [answer] = decideOutput(kernel, {
    family,
    destination: client,
    source: server,
    asker: 'route-get',
  }).answers;
  if (answer.is === 'error') return [];
  const isVpn = (name: string) =>
    isVpnDevice(
      name,
      state.state.links.find((link) => link.name === name),
    );
  const vpns = state.state.links.filter(({ name }) => isVpn(name)).map(({ name }) => name);
  const via = answer.gateway === undefined ? '' : ` via ${answer.gateway}`;
  const from = server === undefined ? '' : ` from ${server}`;
  const source = server === undefined && answer.source !== undefined ? ` src ${answer.source}` : '';
  const table =
    answer.table === undefined || tableText(answer.table) === 'main'
      ? ''
      : ` table ${tableText(answer.table)}`;
  return [
    {
      host,
      vantage,
      reads: `ip route get ${prefixText(client)}${from}`,
      predicts: `${client}${from}${via} dev ${answer.device}${table}${source}`,
      matches: [
        `\\bdev ${escaped(answer.device)}\\b`,
        ...(source === '' ? [] : [`\\bsrc ${escaped(answer.source ?? '')}(?![\\w.:])`]),
      ],
      lacks: vpns
        .filter((name) => name !== answer.device)
        .map((name) => `\\bdev ${escaped(name)}\\b`),
    },
  ];
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}
