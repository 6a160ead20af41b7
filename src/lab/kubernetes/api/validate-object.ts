import { type Fields, fieldAt, isFields, type KubeObject } from '../object.ts';
import { apiVersionOf, type Resource, resourceId } from '../resources/resource.ts';
import { type Misfit, misfits } from '../schema/validate.ts';
import { badRequest, type FieldProblem, invalid } from './errors.ts';

export interface Checks {
  /** What becomes of unknown fields: refused, told, or passed over. */
  readonly fieldValidation: 'Strict' | 'Warn' | 'Ignore';
  /** Takes texts for `Warning` headers. */
  warn(text: string): void;
}

/**
 * Holds a written object against its schema and the rules of its kind.
 *
 * @throws {ApiError} 400 for what a decoder stumbles over, 422 for what validation finds.
 */
export function validateObject(object: KubeObject, resource: Resource, checks: Checks): void {
  const found = misfits(object, resource.type);
  refuseWrongTypes(found, resource);
  tellUnknown(found, { resource, checks });
  const problems = [
    ...nameProblems(object, resource),
    ...found.filter(({ is }) => is === 'missing').map(required),
    ...(RULES[resourceId(resource)]?.(object) ?? []),
  ];
  if (problems.length > 0) throw invalid(resource, object.metadata.name, problems);
}

function refuseWrongTypes(found: readonly Misfit[], resource: Resource): void {
  const wrong = found.find(({ is }) => is === 'wrong-type');
  if (!wrong) return;
  const { kind, version } = resource;
  const field = wrong.path.replace(/\[\d+\]/g, '');
  throw badRequest(
    `${kind} in version "${version}" cannot be handled as a ${kind}: json: cannot unmarshal ${wrong.found} into Go struct field ${kind}.${field} of type ${wrong.wanted}`,
  );
}

function tellUnknown(
  found: readonly Misfit[],
  { resource, checks }: { readonly resource: Resource; readonly checks: Checks },
): void {
  const unknown = found
    .filter(({ is }) => is === 'unknown-field')
    .map(({ path }) => `unknown field "${path}"`);
  if (unknown.length === 0 || checks.fieldValidation === 'Ignore') return;
  if (checks.fieldValidation === 'Warn') {
    for (const text of unknown) checks.warn(text);
    return;
  }
  const { kind } = resource;
  throw badRequest(
    `${kind} in version "${apiVersionOf(resource)}" cannot be handled as a ${kind}: strict decoding error: ${unknown.join(', ')}`,
  );
}

function required({ path }: Pick<Misfit, 'path'>): FieldProblem {
  return { reason: 'FieldValueRequired', field: path, message: 'Required value' };
}

const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const SUBDOMAIN_TEXT =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

function nameProblems({ metadata }: KubeObject, { group }: Resource): readonly FieldProblem[] {
  // names of roles are only path segments: system:node is one
  const isFine = group === 'rbac.authorization.k8s.io' ? !/[/%]/.test(metadata.name) : undefined;
  if (isFine ?? (SUBDOMAIN.test(metadata.name) && metadata.name.length <= 253)) return [];
  const message = `Invalid value: ${JSON.stringify(metadata.name)}: ${SUBDOMAIN_TEXT}`;
  return [{ reason: 'FieldValueInvalid', field: 'metadata.name', message }];
}

const RULES: Readonly<Record<string, (object: KubeObject) => readonly FieldProblem[]>> = {
  pods: (object) => containerProblems(fieldAt(object, 'spec'), 'spec'),
  'deployments.apps': templateProblems,
  'replicasets.apps': templateProblems,
  'daemonsets.apps': templateProblems,
};

function templateProblems(object: KubeObject): readonly FieldProblem[] {
  const labels = fieldAt(object, 'spec.template.metadata.labels');
  const wanted = fieldAt(object, 'spec.selector.matchLabels');
  const pod = containerProblems(fieldAt(object, 'spec.template.spec'), 'spec.template.spec');
  const isMatched =
    isFields(wanted) &&
    Object.entries(wanted).every(([key, value]) => isFields(labels) && labels[key] === value);
  if (!isFields(wanted) || isMatched) return pod;
  const message = `Invalid value: ${goMap(isFields(labels) ? labels : {})}: \`selector\` does not match template \`labels\``;
  const field = 'spec.template.metadata.labels';
  return [{ reason: 'FieldValueInvalid', field, message }, ...pod];
}

function containerProblems(spec: unknown, at: string): readonly FieldProblem[] {
  const containers = fieldAt(spec, 'containers');
  if (!Array.isArray(containers)) return [];
  if (containers.length === 0) return [required({ path: `${at}.containers` })];
  const missing = containers.flatMap((container: unknown, index) =>
    isFields(container) && container['image'] === undefined
      ? [required({ path: `${at}.containers[${index}].image` })]
      : [],
  );
  return [...missing, ...mountProblems(containers, { spec, at })];
}

function mountProblems(
  containers: readonly unknown[],
  { spec, at }: { readonly spec: unknown; readonly at: string },
): readonly FieldProblem[] {
  const volumes = fieldAt(spec, 'volumes');
  const names = (Array.isArray(volumes) ? volumes : []).map((volume) => fieldAt(volume, 'name'));
  return containers.flatMap((container, index) => {
    const mounts = fieldAt(container, 'volumeMounts');
    return (Array.isArray(mounts) ? mounts : []).flatMap((mount: unknown, m): FieldProblem[] => {
      const name = fieldAt(mount, 'name');
      if (names.includes(name)) return [];
      const field = `${at}.containers[${index}].volumeMounts[${m}].name`;
      return [
        { reason: 'FieldValueInvalid', field, message: `Not found: ${JSON.stringify(name)}` },
      ];
    });
  });
}

/** As Go prints a map of strings. */
function goMap(fields: Fields): string {
  const entries = Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1));
  const body = entries.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`);
  return `map[string]string{${body.join(', ')}}`;
}
