import { writeIpv4 } from '../model/address.ts';
import { PROTOCOL_NUMBER } from '../model/flow.ts';
import { decisionOf } from './answers.ts';
import { type Choices, everyOutcome } from './choices.ts';
import type { Answer, Asker, Decision, OutputQuestion } from './decision.ts';
import { DETACHED, LOOPBACK } from './devices.ts';
import { ENETUNREACH, ENODEV, errnoName, OK } from './errno.ts';
import { explainFound4 } from './explain4.ts';
import type { Flow4 } from './flow.ts';
import type { Kernel } from './kernel.ts';
import type { Kernel4 } from './kernel4.ts';
import { emptyOutput4, type Output4, output4 } from './output4.ts';
import { parseIpv4 } from './prefix.ts';

/**
 * How many lookups a caller makes: a connecting socket without a source asks twice, the second time
 * with the source just chosen; so a `from` rule counts for it although `ip route get` shows another
 * way. Source: Linux include/net/route.h, ip_route_connect(), ip_route_newports().
 */
export function decideOutput4({ ipv4: k }: Kernel, question: OutputQuestion): Decision {
  const asked = flowOf(k, question);
  if (asked.oif === DETACHED) {
    return { answers: [{ is: 'error', errno: errnoName(ENODEV) }], dependsOn: [] };
  }
  return decisionOf(
    everyOutcome((choices) => {
      const out = emptyOutput4();
      const error = ask(k, { asker: question.asker, asked, out }, choices);
      return error === OK ? routeAnswer(k, out, choices) : errorAnswer(k, { out, error }, choices);
    }),
  );
}

const CONNECTS: ReadonlySet<Asker> = new Set(['tcp-connect', 'udp-connect']);

/** The lookups of one caller, as numbers. Leaves `asked` as it is. */
export function ask(
  k: Kernel4,
  { asker, asked, out }: { asker: Asker; asked: Flow4; out: Output4 },
  choices: Choices,
): number {
  if (!CONNECTS.has(asker) || (asked.source !== 0 && asked.destination !== 0)) {
    return output4(k, { ...asked }, out, choices);
  }
  // TCP picks its port after the first lookup, UDP before
  const sourcePort = asker === 'tcp-connect' ? 0 : asked.sourcePort;
  const first = { ...asked, sourcePort };
  const error = output4(k, first, out, choices);
  if (error !== OK) return error;
  return output4(k, { ...asked, destination: first.destination, source: out.source }, out, choices);
}

function flowOf(k: Kernel4, q: OutputQuestion): Flow4 {
  return {
    destination: parseIpv4(q.destination),
    scope: 0,
    source: q.source === undefined ? 0 : parseIpv4(q.source),
    iif: LOOPBACK,
    oif: q.oif === undefined ? 0 : k.devices.idOf(q.oif) || DETACHED,
    vrf: 0,
    mark: q.mark ?? 0,
    tos: q.tos ?? 0,
    protocol: q.protocol ?? usualProtocol(q.asker),
    sourcePort: q.sourcePort ?? 0,
    destinationPort: q.destinationPort ?? 0,
    uid: q.uid ?? 0,
  };
}

/** `ip route get` asks as UDP unless told otherwise. Source: inet_rtm_getroute(). */
export function usualProtocol(asker: Asker): number {
  return asker === 'tcp-connect' || asker === 'reply' ? PROTOCOL_NUMBER.tcp : PROTOCOL_NUMBER.udp;
}

function routeAnswer(k: Kernel4, out: Output4, choices: Choices): Answer {
  return {
    is: 'route',
    ...explainFound4(k, out, choices),
    ...(out.source === 0 ? {} : { source: writeIpv4(out.source) }),
  };
}

function errorAnswer(
  k: Kernel4,
  { out, error }: { out: Output4; error: number },
  choices: Choices,
): Answer {
  const { rule, table, route } = explainFound4(k, out, choices);
  return {
    is: 'error',
    errno: errnoName(error),
    rule,
    table,
    route,
    ...(error === ENETUNREACH ? { counter: 'Ip:OutNoRoutes' } : {}),
  };
}
