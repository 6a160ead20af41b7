import type { KubeObject } from '../object.ts';
import { age, columns, fieldsAt, listAt, type Printer, textAt } from './printer.ts';

const RBAC = 'rbac.authorization.k8s.io';

const binding: Printer = {
  columns: columns('Role', 'Age', '*Users', '*Groups', '*ServiceAccounts'),
  cells: (o, now) => {
    const ref = fieldsAt(o, 'roleRef');
    return [
      o.metadata.name,
      `${ref['kind']}/${ref['name']}`,
      age(o, now),
      subjects(o, 'User'),
      subjects(o, 'Group'),
      subjects(o, 'ServiceAccount'),
    ];
  },
};

/** RBAC bindings and leases. Roles and definitions take the plain table. */
export const accessPrinters: Readonly<Record<string, Printer>> = {
  [`rolebindings.${RBAC}`]: binding,
  [`clusterrolebindings.${RBAC}`]: binding,
  'leases.coordination.k8s.io': {
    columns: columns('Holder', 'Age'),
    cells: (o, now) => [o.metadata.name, textAt(o, 'spec.holderIdentity'), age(o, now)],
  },
};

function subjects(object: KubeObject, kind: string): string {
  return listAt(object, 'subjects')
    .filter((subject) => subject['kind'] === kind)
    .map(({ namespace, name }) =>
      kind === 'ServiceAccount' ? `${namespace}/${name}` : String(name),
    )
    .join(', ');
}
