import type { Resource } from '../resources/resource.ts';
import type { JsonSchema } from './schemas.ts';

/** Operations of a resource by path and method, with what kubectl looks for in them. */
export function pathsOf(
  resources: readonly Resource[],
  form: 'v2' | 'v3',
): Readonly<Record<string, JsonSchema>> {
  return Object.fromEntries(
    resources.flatMap((resource) => {
      const base = collectionPath(resource);
      const entries: [string, JsonSchema][] = [
        [base, operations(resource, { form, methods: { get: 'list', post: 'post' } })],
      ];
      if (resource.verbs.includes('get')) {
        const methods = { get: 'get', put: 'put', patch: 'patch', delete: 'delete' };
        entries.push([`${base}/{name}`, operations(resource, { form, methods })]);
      }
      return entries;
    }),
  );
}

function collectionPath({ group, version, plural, namespaced }: Resource): string {
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  return namespaced ? `${root}/namespaces/{namespace}/${plural}` : `${root}/${plural}`;
}

function operations(
  { group, version, kind }: Resource,
  { form, methods }: { form: 'v2' | 'v3'; methods: Readonly<Record<string, string>> },
): JsonSchema {
  return Object.fromEntries(
    Object.entries(methods).map(([method, action]) => [
      method,
      {
        parameters: WRITES.includes(method)
          ? WRITE_PARAMETERS.map((name) => parameter(name, form))
          : [],
        responses: { '200': { description: 'OK' } },
        'x-kubernetes-action': action,
        'x-kubernetes-group-version-kind': { group, version, kind },
      },
    ]),
  );
}

const WRITES = ['post', 'put', 'patch'];
/** kubectl asks for server-side validation and dry runs only where it finds these two. */
const WRITE_PARAMETERS = ['dryRun', 'fieldManager', 'fieldValidation'];

function parameter(name: string, form: 'v2' | 'v3'): JsonSchema {
  const type =
    form === 'v2' ? { type: 'string', uniqueItems: true } : { schema: { type: 'string' } };
  return { name, in: 'query', ...type };
}
