import { readIpv4, writeIpv4 } from '../model/address.ts';
import { FIRST_CHOICE } from './choices.ts';
import { decideOutput } from './decide-output.ts';
import { ask, usualProtocol } from './decide-output4.ts';
import type { Decision } from './decision.ts';
import { DETACHED, LOOPBACK } from './devices.ts';
import { ENODEV, OK } from './errno.ts';
import { emptyFlow4, type Flow4 } from './flow.ts';
import { usesGateway } from './gateway4.ts';
import { compileKernel, type Kernel } from './kernel.ts';
import { emptyOutput4, type Output4 } from './output4.ts';
import { edges4 } from './whatif-edges4.ts';
import { isOwn, rangeDecision, sameDecision } from './whatif-identity.ts';
import type { BothStates, ChangedRange, QuestionTemplate, Stretch } from './whatif-question.ts';
import { reach4, statesWithin } from './whatif-reach4.ts';

const LAST = 2 ** 32 - 1;
/** From here on, destinations are groups and everybody. */
const MULTICAST = 0xe0000000;

/** The changed ranges of IPv4. */
export function changes4(both: BothStates, template: QuestionTemplate): readonly ChangedRange[] {
  const reach = reach4(both, template);
  if (reach.length === 0) return [];
  const near = statesWithin(both, reach);
  const before = sideOf(compileKernel(near.before), template);
  const after = sideOf(compileKernel(near.after), template);
  const edges = edges4(near, [before.kernel, after.kernel]);
  const judge = new Judge(near, before, after);
  const ranges: Range4[] = [];
  let within = 0;
  for (let at = 0; at < edges.length; at++) {
    const first = edges[at] as number;
    const last = at + 1 < edges.length ? (edges[at + 1] as number) - 1 : LAST;
    while (within < reach.length && (reach[within] as Stretch)[1] < first) within += 1;
    if (within === reach.length) break;
    if ((reach[within] as Stretch)[0] > last) continue;
    const change = judge.changeAt(first);
    if (!change) continue;
    const previous = ranges.at(-1);
    if (previous && previous.lastNumber + 1 === first && previous.isLike(change)) {
      previous.lastNumber = last;
    } else ranges.push(new Range4(change, first, last));
  }
  return ranges;
}

/** One state with the question in numbers. */
interface Side {
  readonly kernel: Kernel;
  readonly template: QuestionTemplate;
  readonly flow: Flow4;
  readonly out: Output4;
}

function sideOf(kernel: Kernel, template: QuestionTemplate): Side {
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
  return { kernel, template, flow, out: emptyOutput4() };
}

/** What an answer was decided by, in objects that both states share. */
interface Change {
  readonly sides: readonly [Side, Side];
  readonly key: readonly unknown[];
}

/** Compares the two states address by address. */
class Judge {
  readonly #before: Side;
  readonly #after: Side;
  /** Nothing but rules and routes differs, so the same route is used in the same way. */
  readonly #sameRest: boolean;
  readonly #careful: boolean;
  readonly #gateways = new Map<string, boolean>();

  constructor({ before, after }: BothStates, sideBefore: Side, sideAfter: Side) {
    this.#before = sideBefore;
    this.#after = sideAfter;
    this.#careful = before.localTable === 'unknown' || after.localTable === 'unknown';
    this.#sameRest =
      before.links === after.links &&
      before.addresses === after.addresses &&
      before.neighbours === after.neighbours &&
      before.sysctls === after.sysctls &&
      before.rules.ipv4 === after.rules.ipv4 &&
      sameOwnRoutes(before, after);
  }

  /** What changes for a destination, `undefined` when nothing does. */
  changeAt(destination: number): Change | undefined {
    if (this.#careful || destination >= MULTICAST || destination === 0) {
      return this.#compareAll(destination);
    }
    const errorBefore = numbersAt(this.#before, destination);
    const errorAfter = numbersAt(this.#after, destination);
    if (hasSeveral(this.#before) || hasSeveral(this.#after)) return this.#compareAll(destination);
    const key = [...keyOf(this.#before, errorBefore), ...keyOf(this.#after, errorAfter)];
    const half = key.length / 2;
    for (let at = 0; at < half; at++) {
      if (key[at] !== key[at + half]) return { sides: [this.#before, this.#after], key };
    }
    if (this.#sameRest || this.#sameGateway()) return undefined;
    return this.#compareAll(destination);
  }

  /** The careful way: every answer that either state may give. */
  #compareAll(destination: number): Change | undefined {
    const address = writeIpv4(destination);
    const before = decisionAt(this.#before, address);
    const after = decisionAt(this.#after, address);
    if (sameDecision(before, after)) return undefined;
    const key = [before, after].flatMap(({ answers }) => [
      answers.length,
      ...answers.flatMap(({ is, rule, route, table, ...rest }) => [
        is,
        rule,
        route,
        table,
        JSON.stringify(rest),
      ]),
    ]);
    return { sides: [this.#before, this.#after], key };
  }

  /** Whether both states send to the gateway of this nexthop, or both do not. */
  #sameGateway(): boolean {
    const { out } = this.#before;
    const { table, row, hop } = out;
    if (!table || row < 0 || hop < 0) return true;
    const name = `${table.tableId[row]} ${table.hopGateway[hop]} ${out.device}`;
    const known = this.#gateways.get(name);
    if (known !== undefined) return known;
    const same = gatewayUse(this.#before) === gatewayUse(this.#after);
    this.#gateways.set(name, same);
    return same;
  }
}

function numbersAt({ kernel, template, flow, out }: Side, destination: number): number {
  if (flow.oif === DETACHED) return ENODEV;
  flow.destination = destination;
  return ask(kernel.ipv4, { asker: template.asker, asked: flow, out }, FIRST_CHOICE);
}

/** Whether the answer is one of several that depend on what was not seen. */
function hasSeveral({ flow, out }: Side): boolean {
  const { table, row, prefix } = out;
  if (!table || row < 0 || flow.oif !== 0) return false;
  if ((table.hopCount[row] as number) > 1) return true;
  return table.length[prefix] === 0 && table.defaults > 1;
}

/** Error, rule, route, device and source; the source of own addresses is the destination. */
function keyOf({ kernel, out }: Side, error: number): readonly unknown[] {
  const { table, row } = out;
  const rule = kernel.ipv4.rules.rules[out.rule];
  const route =
    table && row >= 0 ? kernel.ipv4.state.routes.ipv4[table.route[row] as number] : undefined;
  if (error !== OK) return [error, rule, route, '', 0];
  const source = isOwn(route) ? 0 : out.source;
  return [error, rule, route, kernel.devices.list[out.device]?.name, source];
}

function gatewayUse({ kernel, out }: Side): string {
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

/** Routes of the host's own addresses decide which gateways are used and which sources are valid. */
function sameOwnRoutes(before: BothStates['before'], after: BothStates['after']): boolean {
  const own = ({ routes }: BothStates['before']) =>
    routes.ipv4.filter(({ scope, type }) => type === 'local' || scope === 'host');
  const mine = own(before);
  const theirs = own(after);
  return mine.length === theirs.length && mine.every((route, at) => route === theirs[at]);
}

function decisionAt({ kernel, template }: Side, destination: string): Decision {
  return rangeDecision(decideOutput(kernel, { ...template, destination }));
}

/** Put into words when somebody asks: a full table has a million of these. */
class Range4 implements ChangedRange {
  readonly #change: Change;
  readonly #first: number;
  lastNumber: number;

  constructor(change: Change, first: number, last: number) {
    this.#change = change;
    this.#first = first;
    this.lastNumber = last;
  }

  isLike({ key }: Change): boolean {
    const mine = this.#change.key;
    return mine.length === key.length && mine.every((value, at) => value === key[at]);
  }

  get first(): string {
    return writeIpv4(this.#first);
  }

  get last(): string {
    return writeIpv4(this.lastNumber);
  }

  get before(): Decision {
    return decisionAt(this.#change.sides[0], this.first);
  }

  get after(): Decision {
    return decisionAt(this.#change.sides[1], this.first);
  }

  toJSON(): ChangedRange {
    const { first, last, before, after } = this;
    return { first, last, before, after };
  }
}
