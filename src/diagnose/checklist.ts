import { CHECKLIST_VERSION, type Checklist, type ChecklistLine } from '../model/checklist.ts';
import type { KernelRoute } from '../model/observation.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { capturedSubnets } from '../routing/captured-subnets.ts';
import { isVpnDevice } from '../routing/vpn.ts';
import { worldOf } from '../routing/world.ts';
import { clientLines } from './checklist-clients.ts';
import { clusterLines } from './checklist-cluster.ts';
import { settingLines } from './checklist-settings.ts';

/**
 * The list that was gone through by hand after the outage, made from one look: controllers, pods,
 * ports from every client, the API's time, the way back, the settings that began it.
 */
export function checklistOf(snapshot: Snapshot): Checklist {
  const lines = [
    ...clusterLines(snapshot),
    ...clientLines(snapshot),
    ...routeLines(snapshot),
    ...settingLines(snapshot),
    ...capturedLines(snapshot),
  ];
  return {
    schema: 'returnpath/checklist',
    version: CHECKLIST_VERSION,
    atUnixMs: snapshot.endedUnixMs,
    is: overall(lines),
    lines,
  };
}

/**
 * The same list while steps of a plan are left for later.
 *
 * @param ids Of lines that those steps make good.
 */
export function leavingForLater(checklist: Checklist, ids: readonly string[]): Checklist {
  const lines = checklist.lines.map((line) =>
    line.is === 'bad' && ids.includes(line.id) ? { ...line, is: 'later' as const } : line,
  );
  return { ...checklist, is: overall(lines), lines };
}

function overall(lines: readonly ChecklistLine[]): Checklist['is'] {
  if (lines.some(({ is }) => is === 'bad')) return 'bad';
  return lines.length === 0 || lines.some(({ is }) => is === 'unknown') ? 'unknown' : 'ok';
}

/** The kernel's own word on how the server sends to the client. */
function routeLines({ observations, question, hosts }: Snapshot): ChecklistLine[] {
  const server = hosts[question.to];
  const links = server?.network.links.seen ? server.network.links.value : [];
  const asked = observations.filter(
    (o): o is KernelRoute =>
      o.kind === 'kernel-route' && o.host === question.to && o.inputDevice === undefined,
  );
  if (asked.length === 0) {
    return [
      {
        id: 'replies-by-lan',
        what: 'the server sends to the client by its LAN',
        is: 'unknown',
        evidence: 'its kernel could not be asked',
      },
    ];
  }
  return asked.map(({ answer, flow, command, raw, atUnixMs }) => {
    const isVpn = (name: string) =>
      isVpnDevice(
        name,
        links.find((link) => link.name === name),
      );
    return {
      id: 'replies-by-lan',
      what: `${server?.name ?? question.to} sends to ${flow.destination} by its LAN`,
      is: answer.is === 'route' && !isVpn(answer.dev) ? 'ok' : 'bad',
      evidence: `${command}  =>  ${raw}`,
      atUnixMs,
    };
  });
}

function capturedLines(snapshot: Snapshot): ChecklistLine[] {
  const host = worldOf(snapshot).hosts[snapshot.question.to];
  if (!host) return [];
  const captured = capturedSubnets(host);
  return [
    {
      id: 'nothing-captured',
      what: `no VPN takes an address of the subnets of ${host.name}`,
      is: captured === undefined ? 'unknown' : captured.length === 0 ? 'ok' : 'bad',
      evidence:
        captured === undefined
          ? 'addresses, rules and routes were not all seen'
          : `ip rule; ip route show table all  =>  ${captured.length === 0 ? 'none' : captured.join(', ')}`,
    },
  ];
}
