import { readIpv4 } from '../model/address.ts';
import type { Route, Rule } from '../model/network.ts';
import { FIRST_CHOICE } from './choices.ts';
import { ask, usualProtocol } from './decide-output4.ts';
import { DETACHED, LOOPBACK } from './devices.ts';
import { ENODEV, OK } from './errno.ts';
import { emptyFlow4, type Flow4 } from './flow.ts';
import { usesGateway } from './gateway4.ts';
import type { Kernel } from './kernel.ts';
import { emptyOutput4, type Output4 } from './output4.ts';
import { isOwn } from './whatif-identity.ts';
import type { QuestionTemplate } from './whatif-question.ts';

/** One state, the question in numbers, and the answer to the destination asked last. */
export interface Side4 {
  readonly kernel: Kernel;
  readonly template: QuestionTemplate;
  readonly flow: Flow4;
  readonly out: Output4;
  error: number;
  rule: Rule | undefined;
  route: Route | undefined;
  device: string;
  /** 0 where the source is the destination itself. */
  source: number;
}

export function sideOf(kernel: Kernel, template: QuestionTemplate): Side4 {
  const { source, oif, mark, tos, protocol, sourcePort, destinationPort, uid, asker } = template;
  const flow: Flow4 = {
    ...emptyFlow4(),
    source: source === undefined ? 0 : readIpv4(source),
    iif: LOOPBACK,
    oif: oif === undefined ? 0 : kernel.devices.idOf(oif) || DETACHED,
    mark: mark ?? 0,
    tos: tos ?? 0,
    protocol: protocol ?? usualProtocol(asker),
    sourcePort: sourcePort ?? 0,
    destinationPort: destinationPort ?? 0,
    uid: uid ?? 0,
  };
  const nothing = { error: OK, rule: undefined, route: undefined, device: '', source: 0 };
  return { kernel, template, flow, out: emptyOutput4(), ...nothing };
}

/** Asks one destination and keeps the answer in the side. */
export function askSide(side: Side4, destination: number): void {
  const { kernel, template, flow, out } = side;
  const k = kernel.ipv4;
  flow.destination = destination;
  const asked = { asker: template.asker, asked: flow, out };
  side.error = flow.oif === DETACHED ? ENODEV : ask(k, asked, FIRST_CHOICE);
  const { table, row } = out;
  side.rule = k.rules.rules[out.rule];
  side.route = table && row >= 0 ? k.state.routes.ipv4[table.route[row] as number] : undefined;
  const found = side.error === OK;
  side.device = found ? (kernel.devices.list[out.device]?.name ?? '') : '';
  side.source = found && !isOwn(side.route) ? out.source : 0;
}

/** Whether the answer is one of several that depend on what was not seen. */
export function hasSeveral({ flow, out }: Side4): boolean {
  const { table, row, prefix } = out;
  if (!table || row < 0 || flow.oif !== 0) return false;
  if ((table.hopCount[row] as number) > 1) return true;
  return table.length[prefix] === 0 && table.defaults > 1;
}

/** What is known of whether packets go to the gateway that was found, as text to compare. */
export function gatewayUse({ kernel, out }: Side4): string {
  const { table, row, hop } = out;
  if (!table || row < 0 || hop < 0) return '';
  const asked: string[] = [];
  const settle = (fact: string) => {
    asked.push(fact);
    return 0;
  };
  const used = usesGateway(kernel.ipv4, { table, row, hop }, { pick: () => 0, settle });
  return `${used} ${asked}`;
}
