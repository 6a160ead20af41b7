import { PROTOCOL_NUMBER } from '../model/flow.ts';
import { addressKind } from './address-kind6.ts';
import { decisionOf } from './answers.ts';
import { type Choices, everyOutcome } from './choices.ts';
import type { Answer, Decision, InputQuestion, InputRefusal } from './decision.ts';
import { LOOPBACK, NO_DEVICE } from './devices.ts';
import { EHOSTUNREACH, EINVAL, ENETUNREACH, EXDEV, errnoName, OK } from './errno.ts';
import { explainFound4 } from './explain4.ts';
import { explainFound6 } from './explain6.ts';
import { type Flow6, NO_UID } from './flow.ts';
import { emptyInput4, input4 } from './input4.ts';
import type { Kernel } from './kernel.ts';
import type { Kernel6 } from './kernel6.ts';
import { type Answer6, emptyAnswer6, input6 } from './output6.ts';
import { parseIpv4, parseIpv6 } from './prefix.ts';
import { TYPE } from './table-columns.ts';

/**
 * What the kernel does with a packet that arrives: deliver it here, forward it, or refuse it.
 *
 * @throws {SyntaxError} If an address is malformed or not of the question's family.
 */
export function decideInput(kernel: Kernel, question: InputQuestion): Decision {
  const device = kernel.devices.idOf(question.iif);
  if (device === NO_DEVICE) {
    return { answers: [{ is: 'error', errno: 'ENODEV' }], dependsOn: [] };
  }
  return decisionOf(
    everyOutcome((choices) =>
      question.family === 'ipv4'
        ? answer4(kernel, { question, device }, choices)
        : answer6(kernel, { question, device }, choices),
    ),
  );
}

/** `ip route get` asks as UDP over IPv4 unless told otherwise. Source: inet_rtm_getroute(). */
function usualProtocol({ asker, family }: InputQuestion): number {
  return asker === 'route-get' && family === 'ipv4' ? PROTOCOL_NUMBER.udp : 0;
}

interface Asked {
  readonly question: InputQuestion;
  readonly device: number;
}

function keyOf({ question: q, device }: Asked) {
  return {
    iif: device,
    oif: 0,
    vrf: 0,
    mark: q.mark ?? 0,
    tos: q.tos ?? 0,
    protocol: q.protocol ?? usualProtocol(q),
    sourcePort: q.sourcePort ?? 0,
    destinationPort: q.destinationPort ?? 0,
    // what comes in belongs to nobody yet; the kernel asks as root
    uid: 0,
  };
}

function answer4({ ipv4: k }: Kernel, asked: Asked, choices: Choices): Answer {
  const { source, destination } = asked.question;
  const flow = {
    ...keyOf(asked),
    scope: 0,
    source: parseIpv4(source),
    destination: parseIpv4(destination),
  };
  const input = emptyInput4();
  const error = input4(k, flow, input, choices);
  const words = explainFound4(k, input, choices);
  if (error === OK) return { is: 'route', ...words };
  const { rule, table, route } = words;
  const { refusal } = input;
  const forwards = k.setting(asked.device, 'forwarding') === 1;
  const counter = counterOf({ refusal, error, forwards });
  const errno = error === EXDEV && k.hidesRefusal ? EINVAL : error;
  return { is: 'error', errno: errnoName(errno), rule, table, route, refusal, ...counter };
}

/**
 * Which counter tells of a refused IPv4 packet. Martians rise in none but /proc/net/stat/rt_cache.
 * Source: Linux net/ipv4/ip_input.c, ip_rcv_finish_core(); net/ipv4/route.c, ip_error().
 */
function counterOf({
  refusal,
  error,
  forwards,
}: {
  refusal: InputRefusal | undefined;
  error: number;
  forwards: boolean;
}): { counter?: string } {
  if (refusal === 'reverse-path') return { counter: 'TcpExt:IPReversePathFilter' };
  if (refusal === 'not-forwarding') return { counter: 'Ip:InAddrErrors' };
  if (error === ENETUNREACH && forwards) return { counter: 'IpExt:InNoRoutes' };
  return {};
}

function answer6({ ipv6: k }: Kernel, asked: Asked, choices: Choices): Answer {
  const { question, device } = asked;
  const source = parseIpv6(question.source);
  const flow: Flow6 = {
    ...keyOf(asked),
    source,
    destination: parseIpv6(question.destination),
    hasSource: true,
  };
  const routeGet = question.asker === 'route-get';
  if (routeGet) {
    flow.uid = NO_UID;
    flow.hasSource = !addressKind(source).any;
  } else {
    const martian = martianOf(flow, device);
    if (martian) return { is: 'error', errno: errnoName(EINVAL), refusal: martian };
  }
  const answer = emptyAnswer6();
  const error = input6(k, flow, answer, choices);
  if (error !== OK) return refused6(k, answer, error);
  const gated = routeGet || answer.type !== TYPE.unicast || forwards6(k, device, choices);
  if (gated) return { is: 'route', ...explainFound6(k, answer) };
  const { rule, table, route } = explainFound6(k, answer);
  const errno = errnoName(EHOSTUNREACH);
  return {
    is: 'error',
    errno,
    rule,
    table,
    route,
    refusal: 'not-forwarding',
    counter: 'Ip6:Ip6InAddrErrors',
  };
}

/** What never gets as far as a lookup. Source: Linux net/ipv6/ip6_input.c, ip6_rcv_core(). */
function martianOf({ source, destination }: Flow6, device: number): InputRefusal | undefined {
  const from = addressKind(source);
  const to = addressKind(destination);
  if (from.multicast) return 'martian-source';
  if (device !== LOOPBACK && from.loopback) return 'martian-source';
  if (device !== LOOPBACK && to.loopback && !to.multicast) return 'martian-destination';
  return to.any ? 'martian-destination' : undefined;
}

function refused6(k: Kernel6, answer: Answer6, error: number): Answer {
  const { rule, table, route } = explainFound6(k, answer);
  const named = rule !== undefined || route !== undefined;
  return {
    is: 'error',
    errno: errnoName(error),
    rule,
    table,
    route,
    refusal: named ? 'error-route' : 'no-route',
    ...(error === ENETUNREACH ? { counter: 'Ip6:Ip6InNoRoutes' } : {}),
  };
}

/** Source: Linux net/ipv6/ip6_output.c, ip6_forward(); force_forwarding is of 2025. */
function forwards6(k: Kernel6, device: number, choices: Choices): boolean {
  if (k.setting(device, 'force_forwarding') === 1) return true;
  return (k.overall('forwarding') ?? choices.settle('net.ipv6.conf.all.forwarding', 2)) !== 0;
}
