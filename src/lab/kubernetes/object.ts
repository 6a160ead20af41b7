export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
  readonly blockOwnerDeletion?: boolean;
}

export interface ManagedFields {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  readonly time: string;
  readonly fieldsType: 'FieldsV1';
  readonly fieldsV1: unknown;
  readonly subresource?: string;
}

/** What the API keeps about every object; the server fills in all but names and labels. */
export interface ObjectMeta {
  readonly name: string;
  readonly generateName?: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly deletionGracePeriodSeconds?: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly ownerReferences?: readonly OwnerReference[];
  readonly finalizers?: readonly string[];
  readonly managedFields?: readonly ManagedFields[];
}

/** Any object of the API. Kinds the lab itself works with have types of their own. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly [field: string]: unknown;
}

/** JSON as it came over the wire, before anything is known of it. */
export type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value at a dotted path, or `undefined` where a step is missing. */
export function fieldAt(object: unknown, path: string): unknown {
  let at: unknown = object;
  for (const step of path.split('.')) {
    if (!isFields(at)) return undefined;
    at = at[step];
  }
  return at;
}

/** The same object with other metadata. */
export function withMeta<T extends KubeObject>(object: T, meta: Partial<ObjectMeta>): T {
  return { ...object, metadata: { ...object.metadata, ...meta } };
}

/** The same object without one field of its metadata. */
export function withoutMeta<T extends KubeObject>(object: T, field: keyof ObjectMeta): T {
  const metadata: Record<string, unknown> = { ...object.metadata };
  delete metadata[field];
  return { ...object, metadata: metadata as unknown as ObjectMeta };
}

/** `namespace/name`, or the name alone for kinds without a namespace; orders like etcd. */
export function keyOf({ metadata }: KubeObject): string {
  return metadata.namespace ? `${metadata.namespace}/${metadata.name}` : metadata.name;
}
