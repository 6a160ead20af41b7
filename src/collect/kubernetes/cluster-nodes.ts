import type { ClusterNode } from '../../model/cluster-symptoms.ts';
import { type Fact, mapFact, seen } from '../../model/fact.ts';
import { prefixContains } from '../../model/prefix.ts';
import type { ClusterReader } from './reader.ts';
import { RESOURCES } from './resources.ts';
import { Node } from './schema.ts';

export interface ReadNodes {
  readonly nodes: Fact<ClusterNode[]>;
  readonly count: Fact<number>;
}

/** A node's object is mostly the list of its images: past this many only some are read whole. */
const FEW = 100;
const MOST_WHOLE = 20;
const HIDES = 'the addresses of nodes, and which images they have';

/**
 * Nodes that matter: all of a small cluster; of a large one those that symptoms name, whole, and
 * in short those whose address a tailnet is told about.
 */
export async function readNodes(
  reader: ClusterReader,
  {
    named,
    prefixes,
  }: { readonly named: ReadonlySet<string>; readonly prefixes: readonly string[] },
): Promise<ReadNodes> {
  const all: ClusterNode[] = [];
  const count = await reader.pages(
    { resource: RESOURCES.nodes, form: 'table' },
    {
      hides: HIDES,
      takePage({ items, columns }) {
        for (const cells of items) {
          const node = shortNode(cells, columns);
          if (node) all.push(node);
        }
      },
    },
  );
  if (!count.seen) return { nodes: count, count };
  if (all.length <= FEW) {
    const whole: ClusterNode[] = [];
    const fact = await reader.list(
      { resource: RESOURCES.nodes },
      { schema: Node, take: (node) => whole.push(clusterNode(node)), hides: HIDES },
    );
    return { nodes: mapFact(fact, () => whole), count };
  }
  const wanted = [...named].slice(0, MOST_WHOLE);
  const facts = await Promise.all(
    wanted.map((name) =>
      reader.read({ resource: RESOURCES.nodes, name }, { schema: Node, hides: HIDES }),
    ),
  );
  const whole = facts.flatMap((fact) => (fact.seen && fact.value ? clusterNode(fact.value) : []));
  const known = new Set(whole.map(({ name }) => name));
  const short = all.filter(
    (node) => !known.has(node.name) && (named.has(node.name) || isWithin(node, prefixes)),
  );
  return { nodes: seen([...whole, ...short], 'kubectl get nodes -o wide', reader.now()), count };
}

function clusterNode({ metadata, spec, status }: Node): ClusterNode {
  const podNetworks = spec?.podCIDRs ?? (spec?.podCIDR === undefined ? [] : [spec.podCIDR]);
  return {
    name: metadata.name,
    addresses: (status.addresses ?? [])
      .filter(({ type }) => type === 'InternalIP' || type === 'ExternalIP')
      .map(({ address }) => address),
    podNetworks: [...podNetworks],
    ready:
      status.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') ?? false,
    images: (status.images ?? []).flatMap(({ names }) => names ?? []),
  };
}

/** A row of `kubectl get nodes -o wide`. */
function shortNode(cells: unknown, columns: readonly string[]): ClusterNode | undefined {
  if (!Array.isArray(cells)) return undefined;
  const cell = (column: string): string => String(cells[columns.indexOf(column)] ?? '');
  const name = cell('Name');
  if (name === '') return undefined;
  const addresses = [cell('Internal-IP'), cell('External-IP')];
  return {
    name,
    addresses: addresses.filter((address) => /^[0-9a-fA-F.:]+$/.test(address)),
    ready: /^Ready\b/.test(cell('Status')),
  };
}

/** Prefixes come from objects of the cluster: one that is none covers nothing. */
function isWithin({ addresses }: ClusterNode, prefixes: readonly string[]): boolean {
  return addresses.some((address) =>
    prefixes.some((prefix) => {
      try {
        return prefixContains(prefix, address);
      } catch (error) {
        if (error instanceof SyntaxError) return false;
        throw error;
      }
    }),
  );
}
