import type { KubeObject } from '../object.ts';
import { humanDuration } from './human-duration.ts';
import {
  age,
  columns,
  containerCells,
  fieldsAt,
  labelText,
  listAt,
  numberAt,
  type Printer,
  since,
  textAt,
} from './printer.ts';

const WIDE = ['*Containers', '*Images', '*Selector'];

/** Kinds of the groups apps and batch. */
export const workloadPrinters: Readonly<Record<string, Printer>> = {
  'deployments.apps': {
    columns: columns('Ready', 'Up-to-date#', 'Available#', 'Age', ...WIDE),
    cells: (o, now) => [
      o.metadata.name,
      `${numberAt(o, 'status.readyReplicas')}/${numberAt(o, 'spec.replicas')}`,
      numberAt(o, 'status.updatedReplicas'),
      numberAt(o, 'status.availableReplicas'),
      age(o, now),
      ...wideCells(o),
    ],
  },
  'replicasets.apps': {
    columns: columns('Desired#', 'Current#', 'Ready#', 'Age', ...WIDE),
    cells: (o, now) => [
      o.metadata.name,
      numberAt(o, 'spec.replicas'),
      numberAt(o, 'status.replicas'),
      numberAt(o, 'status.readyReplicas'),
      age(o, now),
      ...wideCells(o),
    ],
  },
  'daemonsets.apps': {
    columns: columns(
      'Desired#',
      'Current#',
      'Ready#',
      'Up-to-date#',
      'Available#',
      'Node Selector',
      'Age',
      ...WIDE,
    ),
    cells: (o, now) => [
      o.metadata.name,
      numberAt(o, 'status.desiredNumberScheduled'),
      numberAt(o, 'status.currentNumberScheduled'),
      numberAt(o, 'status.numberReady'),
      numberAt(o, 'status.updatedNumberScheduled'),
      numberAt(o, 'status.numberAvailable'),
      labelText(fieldsAt(o, 'spec.template.spec.nodeSelector')),
      age(o, now),
      ...wideCells(o),
    ],
  },
  'statefulsets.apps': {
    columns: columns('Ready', 'Age', '*Containers', '*Images'),
    cells: (o, now) => [
      o.metadata.name,
      `${numberAt(o, 'status.readyReplicas')}/${numberAt(o, 'spec.replicas')}`,
      age(o, now),
      ...containerCells(o),
    ],
  },
  'jobs.batch': {
    columns: columns('Status', 'Completions', 'Duration', 'Age', ...WIDE),
    cells: (o, now) => [
      o.metadata.name,
      jobStatus(o),
      `${numberAt(o, 'status.succeeded')}/${textAt(o, 'spec.completions', '1')}`,
      jobDuration(o, now),
      age(o, now),
      ...wideCells(o),
    ],
  },
  'cronjobs.batch': {
    columns: columns('Schedule', 'Timezone', 'Suspend', 'Active#', 'Last Schedule', 'Age'),
    cells: (o, now) => [
      o.metadata.name,
      textAt(o, 'spec.schedule'),
      textAt(o, 'spec.timeZone', '<none>'),
      textAt(o, 'spec.suspend', 'false') === 'true' ? 'True' : 'False',
      listAt(o, 'status.active').length,
      textAt(o, 'status.lastScheduleTime') === ''
        ? '<none>'
        : since(textAt(o, 'status.lastScheduleTime'), now),
      age(o, now),
    ],
  },
};

function wideCells(object: KubeObject): readonly string[] {
  return [...containerCells(object), labelText(fieldsAt(object, 'spec.selector.matchLabels'))];
}

function jobStatus(job: KubeObject): string {
  const holds = (wanted: string): boolean =>
    listAt(job, 'status.conditions').some(
      ({ type, status }) => type === wanted && status === 'True',
    );
  const end = ['Complete', 'Failed', 'Suspended'].find(holds);
  return end ?? (job.metadata.deletionTimestamp ? 'Terminating' : 'Running');
}

function jobDuration(job: KubeObject, now: number): string {
  const start = textAt(job, 'status.startTime');
  if (start === '') return '';
  const end = textAt(job, 'status.completionTime');
  return humanDuration((end === '' ? now : Date.parse(end)) - Date.parse(start));
}
