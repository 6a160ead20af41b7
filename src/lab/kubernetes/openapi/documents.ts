import { createHash } from 'node:crypto';
import type { Registry } from '../resources/registry.ts';
import type { Resource } from '../resources/resource.ts';
import { pathsOf } from './operations.ts';
import { type JsonSchema, schemasOf } from './schemas.ts';

/** The OpenAPI documents for what a registry serves now; made once for each state of it. */
export interface OpenApi {
  v2(): JsonSchema;
  /** Which documents there are in version 3, by group and version, with where to get them. */
  v3Index(): unknown;
  /** @param at As in the index: `api/v1`, `apis/apps/v1`. */
  v3(at: string): JsonSchema | undefined;
}

export function createOpenApi(registry: Registry, gitVersion: string): OpenApi {
  const info = { title: 'Kubernetes', version: gitVersion };
  const cache = new Map<string, JsonSchema>();
  let seen: readonly Resource[] | undefined;
  const cached = (key: string, make: () => JsonSchema): JsonSchema => {
    const all = registry.all();
    if (all !== seen) cache.clear();
    seen = all;
    const document = cache.get(key) ?? make();
    cache.set(key, document);
    return document;
  };
  const v3 = (at: string): JsonSchema | undefined => {
    const resources = registry.all().filter((resource) => documentOf(resource) === at);
    if (resources.length === 0) return undefined;
    return cached(at, () => ({
      openapi: '3.0.0',
      info,
      paths: pathsOf(resources, 'v3'),
      components: { schemas: reachable(schemasOf(resources, V3_REFS), resources) },
    }));
  };
  return {
    v2: () =>
      cached('v2', () => ({
        swagger: '2.0',
        info,
        paths: pathsOf(registry.all(), 'v2'),
        definitions: schemasOf(registry.all(), '#/definitions/'),
      })),
    v3Index() {
      const names = [...new Set(registry.all().map(documentOf))];
      const entries = names.map((name) => {
        const hash = createHash('sha512')
          .update(JSON.stringify(v3(name)))
          .digest('hex');
        const serverRelativeURL = `/openapi/v3/${name}?hash=${hash.slice(0, 64).toUpperCase()}`;
        return [name, { serverRelativeURL }];
      });
      return { paths: Object.fromEntries(entries) };
    },
    v3,
  };
}

const V3_REFS = '#/components/schemas/';

function documentOf({ group, version }: Resource): string {
  return group === '' ? `api/${version}` : `apis/${group}/${version}`;
}

/** The kinds of one document and what they refer to, near or far. */
function reachable(
  schemas: Readonly<Record<string, JsonSchema>>,
  resources: readonly Resource[],
): Readonly<Record<string, JsonSchema>> {
  const isKind = (schema: JsonSchema): boolean => {
    const [mark] = (schema['x-kubernetes-group-version-kind'] ?? []) as readonly JsonSchema[];
    return resources.some(({ kind }) => kind === mark?.['kind']);
  };
  const wanted = Object.keys(schemas).filter((name) => isKind(schemas[name] ?? {}));
  const found = new Map<string, JsonSchema>();
  while (wanted.length > 0) {
    const name = wanted.pop() ?? '';
    const schema = schemas[name];
    if (!schema || found.has(name)) continue;
    found.set(name, schema);
    for (const [, ref = ''] of JSON.stringify(schema).matchAll(/"\$ref":"[^"]*\/([^"/]+)"/g)) {
      wanted.push(ref);
    }
  }
  return Object.fromEntries([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}
