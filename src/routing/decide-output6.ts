import { type Ipv6Words, writeIpv6 } from '../model/address.ts';
import { addressKind } from './address-kind6.ts';
import { decisionOf } from './answers.ts';
import { type Choices, everyOutcome } from './choices.ts';
import { usualProtocol } from './decide-output4.ts';
import type { Answer, Decision, OutputQuestion } from './decision.ts';
import { DETACHED, LOOPBACK } from './devices.ts';
import { EADDRNOTAVAIL, ENETUNREACH, ENODEV, errnoName, OK } from './errno.ts';
import { explainFound6 } from './explain6.ts';
import { type Flow6, NO_WORDS } from './flow.ts';
import type { Kernel } from './kernel.ts';
import type { Kernel6 } from './kernel6.ts';
import { type Answer6, emptyAnswer6, output6, sourceOfRoute6 } from './output6.ts';
import { parseIpv6 } from './prefix.ts';

/**
 * A socket without a source asks once and chooses the source afterwards; only when that failed
 * does it ask again with the source. Source: Linux net/ipv6/ip6_output.c, ip6_dst_lookup_tail().
 */
export function decideOutput6({ ipv6: k }: Kernel, question: OutputQuestion): Decision {
  const asked = flowOf(k, question);
  if (asked.oif === DETACHED) {
    return { answers: [{ is: 'error', errno: errnoName(ENODEV) }], dependsOn: [] };
  }
  return decisionOf(
    everyOutcome((choices) =>
      question.asker === 'route-get'
        ? routeGet(k, asked, choices)
        : socketAnswer(k, asked, choices),
    ),
  );
}

function routeGet(k: Kernel6, asked: Flow6, choices: Choices): Answer {
  const answer = emptyAnswer6();
  const error = output6(k, { ...asked }, { answer, bound: false }, choices);
  if (error !== OK) return errorAnswer(k, answer, error);
  const source = asked.hasSource
    ? asked.source
    : sourceOfRoute6(k, answer, asked.destination, choices);
  return routeAnswer(k, answer, source);
}

function socketAnswer(k: Kernel6, asked: Flow6, choices: Choices): Answer {
  const flow = { ...asked };
  // connecting to :: means this host. Source: tcp_v6_connect()
  if (addressKind(flow.destination).any) flow.destination = [0, 0, 0, 1];
  const bound = flow.oif !== 0;
  const answer = emptyAnswer6();
  let error = output6(k, flow, { answer, bound }, choices);
  if (!flow.hasSource) {
    const found = error === OK ? answer : { ...answer, table: undefined };
    const source = sourceOfRoute6(k, found, flow.destination, choices);
    if (!source) return errorAnswer(k, answer, EADDRNOTAVAIL);
    flow.source = source;
    flow.hasSource = true;
    if (error !== OK) error = output6(k, flow, { answer, bound }, choices);
  }
  return error === OK ? routeAnswer(k, answer, flow.source) : errorAnswer(k, answer, error);
}

function flowOf(k: Kernel6, q: OutputQuestion): Flow6 {
  const protocol = q.asker === 'route-get' ? 0 : usualProtocol(q.asker);
  const source = q.source === undefined ? NO_WORDS : parseIpv6(q.source);
  return {
    destination: parseIpv6(q.destination),
    source,
    hasSource: !addressKind(source).any,
    iif: LOOPBACK,
    oif: q.oif === undefined ? 0 : k.devices.idOf(q.oif) || DETACHED,
    vrf: 0,
    mark: q.mark ?? 0,
    tos: q.tos ?? 0,
    protocol: q.protocol ?? protocol,
    sourcePort: q.sourcePort ?? 0,
    destinationPort: q.destinationPort ?? 0,
    uid: q.uid ?? 0,
  };
}

function routeAnswer(k: Kernel6, answer: Answer6, source: Ipv6Words | undefined): Answer {
  return {
    is: 'route',
    ...explainFound6(k, answer),
    ...(source ? { source: writeIpv6(source) } : {}),
  };
}

function errorAnswer(k: Kernel6, answer: Answer6, error: number): Answer {
  const { rule, table, route } = explainFound6(k, answer);
  return {
    is: 'error',
    errno: errnoName(error),
    rule,
    table,
    route,
    ...(error === ENETUNREACH ? { counter: 'Ip6:OutNoRoutes' } : {}),
  };
}
