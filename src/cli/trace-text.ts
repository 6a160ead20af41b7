import type { Flow } from '../model/flow.ts';
import type { Trace, TraceStep } from '../model/trace.ts';
import { printable as printableLine } from '../report/printable.ts';
import type { ThereAndBack } from '../routing/trace.ts';
import type { World } from '../routing/world.ts';

/** Both legs, hop by hop, for a person to read. */
export function legsText(world: World, { forward, back }: ThereAndBack): string {
  const legs = [legText(world, forward), ...(back ? [legText(world, back)] : [])];
  return legs.join('\n');
}

function legText(world: World, trace: Trace): string {
  const names = trace.steps.map((step) => nameOf(world, step));
  const width = Math.max(0, ...names.map(({ length }) => length));
  const lines = trace.steps.flatMap((step, at) => [
    `  ${(names[at] ?? '').padEnd(width)}  ${withoutName(step.because, names[at] ?? '')}`,
    ...step.notes.map((note) => `  ${' '.repeat(width)}  note: ${note}`),
  ]);
  const said = trace.steps.at(-1)?.because.includes(trace.because) === true;
  const rest = [
    ...(said ? [] : [`  ${trace.because}`]),
    ...trace.missing.map((fact) => `  missing: ${fact}`),
  ];
  const leg = trace.leg === 'forward' ? 'there' : 'back ';
  return printable([`${leg}  ${flowText(trace.flow)}  ${outcomeText(trace)}`, ...lines, ...rest]);
}

/** The name stands before the sentence already. */
function withoutName(sentence: string, name: string): string {
  return sentence.startsWith(`${name} `) ? sentence.slice(name.length + 1) : sentence;
}

/** `10.0.0.197 -> 10.0.0.210:2049/tcp`; an address that is not known is a question mark. */
export function flowText(flow: Flow): string {
  const from = flow.source === undefined ? '' : `${endText(flow.source, flow.sourcePort)} -> `;
  return `${from}${endText(flow.destination || '?', flow.destinationPort)}/${flow.protocol}`;
}

function endText(address: string, port: number | undefined): string {
  if (port === undefined) return address;
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

function outcomeText({ outcome }: Trace): string {
  return outcome === 'delivered' ? 'delivered' : outcome.toUpperCase();
}

function nameOf(world: World, { host }: TraceStep): string {
  return world.hosts[host]?.name ?? host;
}

/** Lines as a text that a terminal may show. */
export function printable(lines: readonly string[]): string {
  return `${lines.map(printableLine).join('\n')}\n`;
}
