import type { Registry } from '../resources/registry.ts';
import { apiVersionOf, type Resource } from '../resources/resource.ts';

/** What the server serves, in the forms clients ask for at `/api` and `/apis`. */

interface GroupVersion {
  readonly group: string;
  readonly version: string;
  readonly resources: readonly Resource[];
}

function groupVersions(registry: Registry): readonly GroupVersion[] {
  const found = new Map<string, GroupVersion & { resources: Resource[] }>();
  for (const resource of registry.all()) {
    const { group, version } = resource;
    const at = apiVersionOf(resource);
    const entry = found.get(at) ?? { group, version, resources: [] };
    entry.resources.push(resource);
    found.set(at, entry);
  }
  return [...found.values()];
}

/** `/api` */
export function coreVersions(serverAddress: string): unknown {
  const serverAddressByClientCIDRs = [{ clientCIDR: '0.0.0.0/0', serverAddress }];
  return { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs };
}

/** `/apis` */
export function groupList(registry: Registry): unknown {
  const names = [...new Set(registry.all().map(({ group }) => group))].filter(
    (name) => name !== '',
  );
  return {
    kind: 'APIGroupList',
    apiVersion: 'v1',
    groups: names.map((name) => group(registry, name)),
  };
}

/** `/apis/<group>` */
export function groupOf(registry: Registry, name: string): unknown {
  if (!registry.all().some((resource) => resource.group === name)) return undefined;
  return { kind: 'APIGroup', apiVersion: 'v1', ...group(registry, name) };
}

function group(registry: Registry, name: string): { name: string } & Record<string, unknown> {
  const versions = groupVersions(registry)
    .filter((entry) => entry.group === name)
    .map(({ version }) => ({ groupVersion: `${name}/${version}`, version }));
  return { name, versions, preferredVersion: versions[0] };
}

/** `/api/v1`, `/apis/<group>/<version>` */
export function resourceList(registry: Registry, groupName: string, version: string): unknown {
  const found = groupVersions(registry).find(
    (entry) => entry.group === groupName && entry.version === version,
  );
  if (!found) return undefined;
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: groupName === '' ? version : `${groupName}/${version}`,
    resources: found.resources.flatMap(plainEntries),
  };
}

function plainEntries(resource: Resource): readonly unknown[] {
  const { plural, singular, namespaced, kind, verbs, shortNames, categories } = resource;
  return [
    {
      name: plural,
      singularName: singular,
      namespaced,
      kind,
      verbs,
      ...(shortNames.length > 0 ? { shortNames } : {}),
      ...(categories.length > 0 ? { categories } : {}),
    },
    ...resource.subresources.map((sub) => ({
      name: `${plural}/${sub.name}`,
      singularName: '',
      namespaced,
      kind: sub.kind?.kind ?? kind,
      ...(sub.kind ? { group: sub.kind.group, version: sub.kind.version } : {}),
      verbs: sub.verbs,
    })),
  ];
}

/** The aggregated form: everything under `/api` or `/apis` in one answer. */
export function aggregated(registry: Registry, root: 'api' | 'apis', version: string): unknown {
  const all = groupVersions(registry).filter((entry) => (entry.group === '') === (root === 'api'));
  const names = [...new Set(all.map((entry) => entry.group))];
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: `apidiscovery.k8s.io/${version}`,
    metadata: {},
    items: names.map((name) => ({
      metadata: name === '' ? {} : { name },
      versions: all
        .filter((entry) => entry.group === name)
        .map((entry) => ({
          version: entry.version,
          resources: entry.resources.map(aggregatedEntry),
          freshness: 'Current',
        })),
    })),
  };
}

function aggregatedEntry(resource: Resource): unknown {
  const { group: name, version, kind, plural, singular, shortNames, categories, verbs } = resource;
  return {
    resource: plural,
    responseKind: { group: name, version, kind },
    scope: resource.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: singular,
    verbs,
    ...(shortNames.length > 0 ? { shortNames } : {}),
    ...(categories.length > 0 ? { categories } : {}),
    subresources: resource.subresources.map((sub) => ({
      subresource: sub.name,
      responseKind: sub.kind ?? { group: name, version, kind },
      verbs: sub.verbs,
    })),
  };
}
