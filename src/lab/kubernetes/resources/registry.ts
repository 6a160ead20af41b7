import { type Fields, fieldAt, isFields, type KubeObject } from '../object.ts';
import { customType } from '../schema/custom-schema.ts';
import type { Store } from '../store/store.ts';
import { BUILTIN } from './builtin.ts';
import { ALL_VERBS, type Column, type Resource, type Subresource } from './resource.ts';

/** What the API serves right now: built-in resources and those of CustomResourceDefinitions. */
export interface Registry {
  all(): readonly Resource[];
  find(group: string, version: string, plural: string): Resource | undefined;
  ofKind(apiVersion: string, kind: string): Resource | undefined;
}

const CRD = 'customresourcedefinitions.apiextensions.k8s.io';

/** A registry that follows the CustomResourceDefinitions in `store`. */
export function createRegistry(store: Store): Registry {
  let known: readonly Resource[] = BUILTIN;
  let seen: unknown;
  const all = (): readonly Resource[] => {
    const { items } = store.list(CRD);
    if (items !== seen) {
      seen = items;
      known = [...BUILTIN, ...items.flatMap(({ object }) => resourcesOf(object))];
    }
    return known;
  };
  return {
    all,
    find: (group, version, plural) =>
      all().find((r) => r.plural === plural && r.group === group && r.version === version),
    ofKind(apiVersion, kind) {
      const [group, version] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
      return all().find((r) => r.kind === kind && r.group === group && r.version === version);
    },
  };
}

/** The resources one CustomResourceDefinition makes, one for each version it serves. */
function resourcesOf(crd: KubeObject): readonly Resource[] {
  const spec = fieldsAt(crd, 'spec');
  const names = fieldsAt(crd, 'spec.names');
  const group = String(spec['group']);
  const kind = String(names['kind']);
  return listAt(spec['versions'])
    .filter((version) => version['served'] === true)
    .map((version) => {
      const typeName = `${group}.${String(version['name'])}.${kind}`;
      return {
        group,
        version: String(version['name']),
        plural: String(names['plural']),
        singular: String(names['singular'] ?? kind.toLowerCase()),
        kind,
        namespaced: spec['scope'] === 'Namespaced',
        shortNames: textsAt(names['shortNames']),
        categories: textsAt(names['categories']),
        verbs: ALL_VERBS,
        subresources: subresourcesOf(version),
        fieldLabels: [],
        type: customType(typeName, fieldAt(version, 'schema.openAPIV3Schema')),
        typeName,
        customColumns: columnsOf(version),
      };
    });
}

function subresourcesOf(version: Fields): readonly Subresource[] {
  const asked = version['subresources'];
  if (!isFields(asked) || asked['status'] === undefined) return [];
  return [{ name: 'status', verbs: ['get', 'patch', 'update'] }];
}

function columnsOf(version: Fields): readonly (Column & { readonly jsonPath: string })[] {
  const asked = listAt(version['additionalPrinterColumns']).map((column) => ({
    name: String(column['name']),
    type: String(column['type']),
    description: String(column['description'] ?? ''),
    priority: Number(column['priority'] ?? 0),
    jsonPath: String(column['jsonPath']),
  }));
  if (asked.length > 0) return asked;
  const jsonPath = '.metadata.creationTimestamp';
  return [{ name: 'Age', type: 'date', description: 'Since creation', priority: 0, jsonPath }];
}

function fieldsAt(object: unknown, path: string): Fields {
  const found = fieldAt(object, path);
  return isFields(found) ? found : {};
}

function listAt(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.filter(isFields) : [];
}

function textsAt(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
