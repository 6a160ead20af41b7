import type { KubeObject } from '../object.ts';
import { type Resource, resourceId } from '../resources/resource.ts';
import { accessPrinters } from './access.ts';
import { corePrinters } from './core.ts';
import { valuesAt } from './json-path.ts';
import { nodePrinter } from './node.ts';
import { podPrinter } from './pod.ts';
import { columns, type Printer, since } from './printer.ts';
import { storagePrinters } from './storage.ts';
import { workloadPrinters } from './workloads.ts';

/** What a table carries of each object beside its cells. */
export type IncludeObject = 'None' | 'Metadata' | 'Object';

export interface TableRow {
  readonly cells: readonly unknown[];
  readonly object?: unknown;
}

const PRINTERS: Readonly<Record<string, Printer>> = {
  pods: podPrinter,
  nodes: nodePrinter,
  ...corePrinters,
  ...workloadPrinters,
  ...storagePrinters,
  ...accessPrinters,
};

/** For kinds without a printer of their own. */
const PLAIN: Printer = {
  columns: columns('Created At'),
  cells: ({ metadata }) => [metadata.name, metadata.creationTimestamp],
};

/** How a resource is shown as a table. */
export function printerOf(resource: Resource): Printer {
  if (resource.customColumns) return customPrinter(resource.customColumns);
  return PRINTERS[resourceId(resource)] ?? PLAIN;
}

export function rowOf(
  object: KubeObject,
  { printer, include, now }: { printer: Printer; include: IncludeObject; now: number },
): TableRow {
  const cells = printer.cells(object, now);
  if (include === 'None') return { cells };
  return { cells, object: include === 'Object' ? object : partialMetadata(object) };
}

export function partialMetadata({ metadata }: KubeObject): KubeObject {
  return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata };
}

function customPrinter(custom: NonNullable<Resource['customColumns']>): Printer {
  const asked = custom.map(({ jsonPath: _, ...column }) => ({ format: '', ...column }));
  return {
    columns: [...columns(), ...asked],
    cells: (object, now) => [
      object.metadata.name,
      ...custom.map(({ jsonPath, type }) => {
        const [first] = valuesAt(object, jsonPath);
        if (first === undefined) return null;
        if (type === 'date') return since(first, now);
        return typeof first === 'object' ? JSON.stringify(first) : first;
      }),
    ],
  };
}
