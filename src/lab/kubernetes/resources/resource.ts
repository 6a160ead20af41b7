import type { FieldType } from '../schema/schema.ts';

/** Part of an object that has a path of its own, like `pods/log`. */
export interface Subresource {
  readonly name: string;
  readonly verbs: readonly string[];
  /** The kind that goes in and comes out, where it is not the resource's own. */
  readonly kind?: { readonly group: string; readonly version: string; readonly kind: string };
}

/** A column the server prints for clients that ask for a table. */
export interface Column {
  readonly name: string;
  readonly type: string;
  readonly format?: string;
  readonly description: string;
  /** 0 is always shown, 1 with `-o wide`. */
  readonly priority: number;
}

/** One list of the API. */
export interface Resource {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly singular: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly verbs: readonly string[];
  readonly subresources: readonly Subresource[];
  /** Fields that can be selected by, beyond name and namespace. */
  readonly fieldLabels: readonly string[];
  /** What an object is made of. */
  readonly type: FieldType;
  /** Name of the type in OpenAPI documents, in short form. */
  readonly typeName: string;
  /** Columns of a custom resource, as JSON paths; built-in kinds have a printer. */
  readonly customColumns?: readonly (Column & { readonly jsonPath: string })[];
}

export const ALL_VERBS = [
  'create',
  'delete',
  'deletecollection',
  'get',
  'list',
  'patch',
  'update',
  'watch',
] as const;

/** `pods`, `deployments.apps`: how a resource is named in errors, RBAC and the store. */
export function resourceId({ plural, group }: Pick<Resource, 'plural' | 'group'>): string {
  return group === '' ? plural : `${plural}.${group}`;
}

/** `v1`, `apps/v1`. */
export function apiVersionOf({ group, version }: Pick<Resource, 'group' | 'version'>): string {
  return group === '' ? version : `${group}/${version}`;
}

export function hasStatus(resource: Resource): boolean {
  return resource.subresources.some(({ name }) => name === 'status');
}
