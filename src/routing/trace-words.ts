import { prefixText, tableText } from '../model/text.ts';
import type { TraceOutcome } from '../model/trace.ts';
import type { Answer } from './decision.ts';
import { ipv4Setting } from './sysctl.ts';
import type { WorldHost } from './world.ts';

type Refused = Answer & { is: 'error' };
type Found = Answer & { is: 'route' };

/** `by tailscale0: rule 5270 asks table 52, which holds 10.0.0.197/32`. */
export function wayWords(answer: Found): string {
  const to = answer.gateway === undefined ? '' : `to ${answer.gateway} `;
  const { route } = answer;
  if (!route) return `${to}by ${answer.device}, which it is bound to`;
  const table = `table ${tableText(answer.table ?? route.table)}`;
  const held = route.prefix.endsWith('/0') ? `${prefixText(route.prefix)} route` : route.prefix;
  const asked = answer.rule
    ? `rule ${answer.rule.priority} asks ${table}, which holds ${held}`
    : `${table} holds ${held}`;
  return `${to}by ${answer.device}: ${asked}`;
}

/** Why nothing is sent: the rule or route that refused, or that there is none. */
export function refusalWords(answer: Refused, destination: string): string {
  const { rule, route, table } = answer;
  if (route) {
    return `table ${tableText(table ?? route.table)} holds ${route.type} ${prefixText(route.prefix)}`;
  }
  if (rule && rule.action.kind !== 'lookup')
    return `rule ${rule.priority} says ${rule.action.kind}`;
  return `no table that its rules ask holds a route to ${destination}`;
}

/** What the trace says of an error of the lookup. */
export function outcomeOf(answer: Refused): TraceOutcome {
  switch (answer.refusal) {
    case 'martian-source':
    case 'martian-destination':
      return 'martian';
    case 'reverse-path':
      return 'reverse-path-filtered';
    case 'not-forwarding':
      return 'not-forwarding';
    default:
      break;
  }
  switch (answer.errno) {
    // an unreachable route tells the sender, as a prohibit route does
    case 'EACCES':
    case 'EHOSTUNREACH':
      return 'prohibited';
    case 'EINVAL':
      return 'blackholed';
    case 'EXDEV':
      return 'reverse-path-filtered';
    default:
      return 'no-route';
  }
}

/** Why a host does not take in what came by one of its devices. */
export function inputDropWords(
  host: WorldHost,
  {
    device,
    packet,
    answer,
    reversed,
  }: {
    /** Who the source is reached by, where that is why. */
    reversed: Answer | undefined;
    device: string;
    packet: { readonly source: string | undefined; readonly destination: string };
    answer: Refused;
  },
): string {
  const { source, destination } = packet;
  switch (answer.refusal) {
    case 'reverse-path': {
      const mode = ipv4Setting(host.state.sysctls, device, 'rp_filter') === 2 ? 'loose' : 'strict';
      const way =
        reversed?.is === 'route' ? `is reached by ${reversed.device}` : 'is not reached at all';
      return `${host.name} drops it: it comes in by ${device}, but ${source} ${way}, and the reverse-path filter of ${device} is ${mode}`;
    }
    case 'martian-source':
      return `${host.name} drops it: ${source} cannot be the source of a packet that comes in by ${device}`;
    case 'martian-destination':
      return `${host.name} drops it: ${destination} cannot be the destination of a packet that comes in by ${device}`;
    case 'not-forwarding':
      return `${host.name} drops it: ${destination} is not its own, and it does not forward what comes in by ${device}`;
    default:
      return `${host.name} drops it: ${refusalWords(answer, destination)}`;
  }
}
