import type { Diagnosis } from '../model/diagnosis.ts';
import type { Trace } from '../model/trace.ts';
import { OUTCOME_WORDS } from './path-line.ts';

/**
 * Both legs of one flow as a Mermaid flowchart: solid lines on the way there, dotted on the way
 * back, and a node of its own where a packet ends.
 */
export function toMermaid(traces: readonly Trace[], hosts: Diagnosis['hosts']): string {
  const nodes = new Map<string, string>();
  const edges: string[] = [];
  const node = (id: string): string => {
    const key = `n_${id.replace(/[^a-zA-Z0-9]/g, '_')}`;
    const { name = id, address } = hosts[id] ?? {};
    nodes.set(key, `${key}["${quote(address ? `${name}\\n${address}` : name)}"]`);
    return key;
  };
  for (const trace of traces) edges.push(...edgesOf(trace, node, nodes));
  return ['flowchart LR', ...nodes.values(), ...edges]
    .map((line, i) => (i ? `  ${line}` : line))
    .join('\n');
}

function edgesOf(trace: Trace, node: (id: string) => string, nodes: Map<string, string>): string[] {
  const arrow = trace.leg === 'forward' ? '-->' : '-.->';
  const edges: string[] = [];
  trace.steps.forEach((step, index) => {
    if (step.action === 'deliver') return;
    const next = trace.steps[index + 1];
    const label = quote(
      [trace.leg === 'return' ? 'reply' : 'request', step.device].filter(Boolean).join(' by '),
    );
    if (next) edges.push(`${node(step.host)} ${arrow}|"${label}"| ${node(next.host)}`);
    else if (trace.outcome !== 'delivered') {
      const end = `end_${trace.leg}`;
      nodes.set(end, `${end}(("${quote(OUTCOME_WORDS[trace.outcome])}"))`);
      edges.push(`${node(step.host)} ${arrow}|"${label}"| ${end}`);
    } else if (step.action === 'send' || step.action === 'forward') {
      edges.push(`${node(step.host)} ${arrow}|"${label}"| ${node(trace.flow.destination)}`);
    }
  });
  return edges;
}

/** Mermaid ends a label at a double quote; `#quot;` is its escape. */
function quote(text: string): string {
  return text.replaceAll('"', '#quot;');
}
