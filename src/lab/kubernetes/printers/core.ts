import type { KubeObject } from '../object.ts';
import {
  age,
  columns,
  fieldsAt,
  labelText,
  listAt,
  numberAt,
  type Printer,
  since,
  textAt,
} from './printer.ts';

/** Kinds of the core group other than pods, nodes and volumes. */
export const corePrinters: Readonly<Record<string, Printer>> = {
  namespaces: {
    columns: columns('Status', 'Age'),
    cells: (o, now) => [o.metadata.name, textAt(o, 'status.phase'), age(o, now)],
  },
  secrets: {
    columns: columns('Type', 'Data#', 'Age'),
    cells: (o, now) => [o.metadata.name, o['type'], sizeOf(o, 'data'), age(o, now)],
  },
  configmaps: {
    columns: columns('Data#', 'Age'),
    cells: (o, now) => [o.metadata.name, sizeOf(o, 'data') + sizeOf(o, 'binaryData'), age(o, now)],
  },
  serviceaccounts: {
    columns: columns('Secrets#', 'Age'),
    cells: (o, now) => [o.metadata.name, listAt(o, 'secrets').length, age(o, now)],
  },
  services: {
    columns: columns('Type', 'Cluster-IP', 'External-IP', 'Port(s)', 'Age', '*Selector'),
    cells: (o, now) => [
      o.metadata.name,
      textAt(o, 'spec.type'),
      textAt(o, 'spec.clusterIP', '<none>'),
      externalText(o),
      portsText(o),
      age(o, now),
      labelText(fieldsAt(o, 'spec.selector')),
    ],
  },
  endpoints: {
    columns: columns('Endpoints', 'Age'),
    cells: (o, now) => [o.metadata.name, endpointsText(o), age(o, now)],
  },
  events: {
    columns: columns(
      'Last Seen',
      'Type',
      'Reason',
      'Object',
      '*Subobject',
      '*Source',
      'Message',
      '*First Seen',
      '*Count#',
      '*Name',
    ).slice(1),
    cells: eventCells,
  },
};

function sizeOf(object: KubeObject, field: string): number {
  return Object.keys(fieldsAt(object, field)).length;
}

function externalText(service: KubeObject): string {
  const given = listAt(service, 'status.loadBalancer.ingress').map((ingress) =>
    textAt(ingress, 'ip'),
  );
  if (given.length > 0) return given.join(',');
  return textAt(service, 'spec.type') === 'LoadBalancer' ? '<pending>' : '<none>';
}

function portsText(service: KubeObject): string {
  const ports = listAt(service, 'spec.ports').map((port) => {
    const node = port['nodePort'] === undefined ? '' : `:${port['nodePort']}`;
    return `${port['port']}${node}/${port['protocol']}`;
  });
  return ports.length === 0 ? '<none>' : ports.join(',');
}

function endpointsText(object: KubeObject): string {
  const all = listAt(object, 'subsets').flatMap((subset) =>
    listAt(subset, 'ports').flatMap(({ port }) =>
      listAt(subset, 'addresses').map(({ ip }) => `${ip}:${port}`),
    ),
  );
  if (all.length === 0) return '<none>';
  return all.length > 3
    ? `${all.slice(0, 3).join(',')} + ${all.length - 3} more...`
    : all.join(',');
}

function eventCells(event: KubeObject, now: number): readonly unknown[] {
  const first = event['firstTimestamp'] ?? event['eventTime'];
  const about = fieldsAt(event, 'involvedObject');
  const source = [textAt(event, 'source.component'), textAt(event, 'source.host')];
  return [
    since(event['lastTimestamp'] ?? first, now),
    event['type'],
    event['reason'],
    `${String(about['kind']).toLowerCase()}/${about['name']}`,
    about['fieldPath'] ?? '',
    source.filter((part) => part !== '').join(', '),
    textAt(event, 'message').trim(),
    since(first, now),
    numberAt(event, 'count') || 1,
    event.metadata.name,
  ];
}
