import type { Flow } from '../model/flow.ts';
import { familyOf } from '../model/prefix.ts';
import type { Trace } from '../model/trace.ts';
import { plainPaths } from './audit-plain.ts';
import { traceThereAndBack } from './trace.ts';
import type { World } from './world.ts';

/** A flow to look at, and the host that sends its first packet. */
export interface AuditedFlow {
  readonly from: string;
  readonly flow: Flow;
}

/** A flow of which a leg does not arrive, or nobody can tell. */
export interface AuditFinding extends AuditedFlow {
  /** The leg that ends before its end. */
  readonly trace: Trace;
}

export interface Audit {
  readonly flows: number;
  /** Legs that were followed: two for each flow whose request arrives. */
  readonly traces: number;
  readonly findings: readonly AuditFinding[];
}

/**
 * Follows every flow there and back and names those that do not come through.
 *
 * Legs in which each host has one plain answer are followed in numbers alone; all else, every
 * finding among it, is traced in full, so a finding says the same as `traceThereAndBack`.
 */
export function audit(world: World, flows: Iterable<AuditedFlow>): Audit {
  const arrivesPlainly = plainPaths(world);
  const findings: AuditFinding[] = [];
  let count = 0;
  let traces = 0;
  for (const audited of flows) {
    count += 1;
    const { from, flow } = audited;
    if (familyOf(flow.destination) === 'ipv4' && arrivesPlainly(from, flow)) {
      traces += 2;
      continue;
    }
    const { forward, back } = traceThereAndBack(world, flow, from);
    traces += back ? 2 : 1;
    const broken = [forward, back].find((trace) => trace && trace.outcome !== 'delivered');
    if (broken) findings.push({ from, flow, trace: broken });
  }
  return { flows: count, traces, findings };
}
