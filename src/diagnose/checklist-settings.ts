import type { ChecklistLine } from '../model/checklist.ts';
import type { HostFacts } from '../model/host.ts';
import { FAMILIES, type Rule } from '../model/network.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { TAILSCALE_TABLE } from '../model/tailscale.ts';
import { ruleText } from '../model/text.ts';

/** Rules of ours. */
const PIN_PROTOCOL = '201';

/** The preference and the app's setting; accepted routes are fine where a rule of ours pins the LAN. */
export function settingLines({ hosts, question }: Snapshot): ChecklistLine[] {
  const server = hosts[question.to];
  if (!server) return [];
  const rules = server.network.rules.ipv4;
  const pin = rules.seen
    ? rules.value.find(({ protocol }) => protocol === PIN_PROTOCOL)
    : undefined;
  return [...preferenceLines(server, pin), ...appLines(server, pin)];
}

function preferenceLines(server: HostFacts, pin: Rule | undefined): ChecklistLine[] {
  const { name, tailscale } = server;
  const { prefs } = tailscale;
  if (!prefs.seen && !mayAcceptRoutes(server)) return [];
  const rule = pin ? [`ip rule  =>  ${ruleText(pin)}`] : [];
  const line = {
    id: 'accept-routes-off',
    what: pin
      ? `the LAN of ${name} is pinned before accepted routes`
      : `tailscaled of ${name} accepts no routes`,
  };
  if (!prefs.seen) {
    return [{ ...line, is: pin ? 'ok' : 'unknown', evidence: rule[0] ?? prefs.why }];
  }
  const { acceptsRoutes } = prefs.value;
  return [
    {
      ...line,
      is: acceptsRoutes && !pin ? 'bad' : 'ok',
      evidence: [`${prefs.from}  =>  RouteAll ${acceptsRoutes}`, ...rule].join('; '),
      atUnixMs: prefs.readAtUnixMs,
    },
  ];
}

/** Whether there is a Tailscale whose preferences would matter, though it may be stopped. */
function mayAcceptRoutes({ network: { links, rules }, truenas }: HostFacts): boolean {
  const apps = truenas?.tailscaleApps;
  return (
    (links.seen && links.value.some(({ name }) => name.startsWith('tailscale'))) ||
    FAMILIES.some((family) => {
      const list = rules[family];
      return list.seen && list.value.some(({ action }) => asksTailscale(action));
    }) ||
    (apps?.seen === true && apps.value.some(({ userspace }) => !userspace))
  );
}

function asksTailscale(action: Rule['action']): boolean {
  return action.kind === 'lookup' && action.table === TAILSCALE_TABLE;
}

function appLines({ name: host, truenas }: HostFacts, pin: Rule | undefined): ChecklistLine[] {
  const id = 'app-accept-routes-off';
  if (!truenas) return [];
  const apps = truenas.tailscaleApps;
  if (!apps.seen) {
    const what = `no app of ${host} turns Accept Routes on at its next log-in`;
    return pin ? [] : [{ id, what, is: 'unknown', evidence: apps.why }];
  }
  return apps.value.map(({ name, acceptRoutes }) => ({
    id,
    what: `the app "${name}" does not turn Accept Routes on at its next log-in`,
    is: acceptRoutes && !pin ? 'bad' : 'ok',
    evidence: `app.config ${name}  =>  accept_routes ${acceptRoutes}`,
  }));
}
