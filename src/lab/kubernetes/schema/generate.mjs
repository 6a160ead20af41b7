// Writes fields.ts from what Kubernetes publishes with each release (Apache-2.0): the OpenAPI
// document (kubernetes/kubernetes, api/openapi-spec/swagger.json) for names, types, required marks
// and merge rules, and the Go types (modules k8s.io/api, k8s.io/apimachinery) for protobuf field
// numbers. Descriptions are not taken. Run by hand, once a release:
//   go mod download k8s.io/api@v0.32.4 k8s.io/apimachinery@v0.32.4
//   node src/lab/kubernetes/schema/generate.mjs swagger.json "$(go env GOMODCACHE)/k8s.io" v0.32.4
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const [swagger = '', modules = '', release = ''] = process.argv.slice(2);
const { definitions } = JSON.parse(readFileSync(swagger, 'utf8'));

/** Kinds the API serves, and what its requests and answers are made of; the rest is reached. */
const ROOTS = {
  'core.v1': `Namespace Node Pod Event Secret ConfigMap ServiceAccount PersistentVolumeClaim
    PersistentVolume Service Endpoints ResourceQuota LimitRange Binding`,
  'storage.v1': 'StorageClass CSIDriver CSINode VolumeAttachment',
  'apps.v1': 'Deployment ReplicaSet DaemonSet StatefulSet',
  'batch.v1': 'Job CronJob',
  'coordination.v1': 'Lease',
  'discovery.v1': 'EndpointSlice',
  'policy.v1': 'Eviction',
  'autoscaling.v1': 'Scale',
  'rbac.v1': 'Role ClusterRole RoleBinding ClusterRoleBinding',
  'authorization.v1': `SelfSubjectAccessReview SubjectAccessReview LocalSubjectAccessReview
    SelfSubjectRulesReview`,
  'authentication.v1': 'SelfSubjectReview TokenRequest TokenReview',
  'apiextensions.v1': 'CustomResourceDefinition',
  'meta.v1': 'DeleteOptions Status',
};

const PREFIXES = [
  ['io.k8s.api.', ''],
  ['io.k8s.apimachinery.pkg.apis.meta.', 'meta.'],
  ['io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.', 'apiextensions.'],
];
/** Definitions that are a scalar on the wire, or anything at all. */
const SCALARS = {
  'io.k8s.apimachinery.pkg.apis.meta.v1.Time': 'time',
  'io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime': 'microtime',
  'io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1': 'any',
  'io.k8s.apimachinery.pkg.api.resource.Quantity': 'quantity',
  'io.k8s.apimachinery.pkg.util.intstr.IntOrString': 'intorstring',
  'io.k8s.apimachinery.pkg.runtime.RawExtension': 'any',
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON': 'any',
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrBool': 'any',
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrArray': 'any',
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrStringArray': 'any',
};
const FORMATS = { int32: 'int', int64: 'long', byte: 'bytes', 'date-time': 'time' };

function short(name) {
  const found = PREFIXES.find(([long]) => name.startsWith(long));
  return found ? found[1] + name.slice(found[0].length) : name;
}

function long(name) {
  const found = PREFIXES.slice(1).find(([, brief]) => name.startsWith(brief)) ?? PREFIXES[0];
  return found[0] + name.slice(found[1].length);
}

/** Package (`core.v1`) → Go struct → its fields, as their tags describe them. */
const goPackages = new Map();

function goStructs(pkg) {
  if (goPackages.has(pkg)) return goPackages.get(pkg);
  const [group, version] = pkg.split('.');
  const structs = new Map();
  goPackages.set(pkg, structs);
  if (group === 'apiextensions') return structs;
  const folder =
    group === 'meta' ? `apimachinery@${release}/pkg/apis/meta` : `api@${release}/${group}`;
  const text = readFileSync(`${modules}/${folder}/${version}/types.go`, 'utf8');
  for (const [, name, body] of text.matchAll(/^type (\w+) struct \{\n(.*?)^\}/gms)) {
    structs.set(name, [...body.matchAll(/^\t(?:(\w+)\s+)?(\S+)\s+`(.*)`/gm)].map(goField));
  }
  return structs;
}

function goField([, , type, tags]) {
  const json = /json:"([^"]*)"/.exec(tags)?.[1] ?? '';
  const number = /protobuf:"\w+,(\d+)/.exec(tags)?.[1];
  return { type, name: json.split(',')[0], isInline: json.includes('inline'), number };
}

/** JSON field → `#number`, or `#number.number` through what JSON inlines; `*` marks pointers. */
function wireMarks(pkg, struct, path = '') {
  const marks = {};
  for (const { type, name, isInline, number } of goStructs(pkg).get(struct) ?? []) {
    if (!number) continue;
    const at = `${path}${path ? '.' : '#'}${number}`;
    if (isInline) Object.assign(marks, wireMarks(pkg, type.replace(/^\*/, ''), at));
    else marks[name] = at + (type.startsWith('*') ? '*' : '');
  }
  return marks;
}

const reached = new Map();

function typeOf(property) {
  const ref = property.$ref?.slice('#/definitions/'.length);
  if (ref) {
    if (SCALARS[ref]) return SCALARS[ref];
    reach(ref);
    return short(ref);
  }
  if (property.type === 'array') return `[${typeOf(property.items)}]`;
  if (property.additionalProperties) return `{${typeOf(property.additionalProperties)}}`;
  if (property.type === 'object') return 'any';
  if (property.type === 'boolean') return 'bool';
  if (property.type === 'integer') return FORMATS[property.format] ?? 'long';
  return FORMATS[property.format] ?? property.type;
}

function rulesOf(property) {
  const keys = property['x-kubernetes-list-map-keys'];
  const list = property['x-kubernetes-list-type'];
  const merge = property['x-kubernetes-patch-strategy'];
  const mergeKey = property['x-kubernetes-patch-merge-key'];
  return [
    list === 'map' && `~${keys.join('+')}`,
    list === 'set' && '~set',
    property['x-kubernetes-map-type'] === 'atomic' && '~atomic',
    merge && `^${merge}${mergeKey ? `:${mergeKey}` : ''}`,
  ]
    .filter(Boolean)
    .join('');
}

function reach(name) {
  if (reached.has(name)) return;
  reached.set(name, '');
  const { properties = {}, required = [], ...rest } = definitions[name];
  const atomic = rest['x-kubernetes-map-type'] === 'atomic' ? ' ~atomic' : '';
  const [group, version, struct] = short(name).split('.');
  const wire = wireMarks(`${group}.${version}`, struct);
  const fields = Object.entries(properties).map(([field, property]) => {
    const mark = required.includes(field) ? '!' : '';
    return `${field}${mark}=${typeOf(property)}${wire[field] ?? ''}${rulesOf(property)}`;
  });
  reached.set(name, [`${short(name)}${atomic}`, ...fields.sort()].join(' '));
}

for (const [group, kinds] of Object.entries(ROOTS)) {
  for (const kind of kinds.split(/\s+/)) reach(long(`${group}.${kind}`));
}
const lines = [...reached.values()].sort();

writeFileSync(
  fileURLToPath(new URL('./fields.ts', import.meta.url)),
  `// Made by generate.mjs from the OpenAPI document and Go types of Kubernetes, k8s.io/api ${release}
// (Copyright The Kubernetes Authors, Apache-2.0). One type a line; read by schema.ts:
//   name!=type#protobuf-number*~list-keys^merge-strategy:merge-key
// "!" required, "*" a pointer, so that zero and empty differ from absent.

export const FIELDS = \`
${lines.join('\n')}
\`;
`,
);
