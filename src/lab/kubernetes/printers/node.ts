import type { KubeObject } from '../object.ts';
import { age, columns, listAt, type Printer, textAt } from './printer.ts';

const ROLE = 'node-role.kubernetes.io/';

/** Source: kubernetes pkg/printers/internalversion, printNode. */
export const nodePrinter: Printer = {
  columns: columns(
    'Status',
    'Roles',
    'Age',
    'Version',
    '*Internal-IP',
    '*External-IP',
    '*OS-Image',
    '*Kernel-Version',
    '*Container-Runtime',
  ),
  cells: (node, now) => [
    node.metadata.name,
    statusText(node),
    rolesText(node),
    age(node, now),
    textAt(node, 'status.nodeInfo.kubeletVersion'),
    addressText(node, 'InternalIP'),
    addressText(node, 'ExternalIP'),
    textAt(node, 'status.nodeInfo.osImage', '<unknown>'),
    textAt(node, 'status.nodeInfo.kernelVersion', '<unknown>'),
    textAt(node, 'status.nodeInfo.containerRuntimeVersion', '<unknown>'),
  ],
};

function statusText(node: KubeObject): string {
  const ready = listAt(node, 'status.conditions').find(({ type }) => type === 'Ready');
  const words = [
    ready === undefined ? 'Unknown' : ready['status'] === 'True' ? 'Ready' : 'NotReady',
  ];
  if (textAt(node, 'spec.unschedulable') === 'true') words.push('SchedulingDisabled');
  return words.join(',');
}

function rolesText({ metadata }: KubeObject): string {
  const roles = Object.keys(metadata.labels ?? {})
    .filter((label) => label.startsWith(ROLE))
    .map((label) => label.slice(ROLE.length));
  return roles.length === 0 ? '<none>' : roles.sort().join(',');
}

function addressText(node: KubeObject, wanted: string): string {
  const found = listAt(node, 'status.addresses').find(({ type }) => type === wanted);
  return found ? String(found['address']) : '<none>';
}
