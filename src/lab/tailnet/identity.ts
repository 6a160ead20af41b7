import { createHash } from 'node:crypto';
import type { TailnetNode } from '../topology/topology.ts';

/** Stable id of a node, as the control server would hand it out: `n` and a short word. */
export function stableId(node: TailnetNode): string {
  return `n${digest(node).slice(0, 10)}CNTRL`;
}

/** Public key of a node in tailscaled's text form. */
export function nodeKey(node: TailnetNode): string {
  return `nodekey:${digest(node)}`;
}

function digest(node: TailnetNode): string {
  return createHash('sha256').update(`${node.nodeId} ${node.name}`).digest('hex');
}
