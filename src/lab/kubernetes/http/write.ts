import { type Api, timeText, type WriteOptions } from '../api/api.ts';
import {
  ApiError,
  badRequest,
  conflict,
  deletedStatus,
  notFound,
  unsupportedMediaType,
} from '../api/errors.ts';
import { type DeleteOptions, removeObject } from '../api/remove.ts';
import { type Fields, isFields, type KubeObject, withMeta } from '../object.ts';
import { pathText } from '../patch/field-set.ts';
import { jsonPatch } from '../patch/json-patch.ts';
import { mergePatch } from '../patch/merge-patch.ts';
import { type Applied, serverSideApply } from '../patch/server-side-apply.ts';
import { strategicMerge } from '../patch/strategic-merge.ts';
import { partialMetadata, printerOf, rowOf } from '../printers/table.ts';
import { apiVersionOf, type Resource, resourceId } from '../resources/resource.ts';
import {
  contentType,
  type Exchange,
  parseBody,
  readBody,
  readFields,
  sendJson,
  sendObject,
} from './exchange.ts';
import { negotiate } from './negotiate.ts';
import { keyOfRequest, type ResourceRequest } from './request-info.ts';
import { selectionOf } from './selection.ts';
import { includeOf, tableHead } from './table-form.ts';

/** Sends one object in the form that was asked for. */
export function sendOne(
  exchange: Exchange,
  object: KubeObject,
  { resource, now, code = 200 }: { resource: Resource; now: number; code?: number },
): void {
  const form = negotiate(exchange.request.headers.accept);
  if (form.as !== 'table') {
    sendObject(exchange, code, form.as === 'object' ? object : partialMetadata(object));
    return;
  }
  const printer = printerOf(resource);
  const include = includeOf(exchange.url.searchParams);
  const meta = JSON.stringify({ resourceVersion: object.metadata.resourceVersion });
  const rows = JSON.stringify([rowOf(object, { printer, include, now })]);
  sendJson(exchange, code, `${tableHead(form.version, meta, printer.columns)}${rows}}`);
}

export async function handleCreate(
  exchange: Exchange,
  target: ResourceRequest,
  api: Api,
): Promise<void> {
  const draft = asObject(await readFields(exchange.request), target);
  const object = api.create(target.resource, draft, optionsOf(exchange, target));
  sendOne(exchange, object, { resource: target.resource, now: api.around.now(), code: 201 });
}

export async function handleUpdate(
  exchange: Exchange,
  target: ResourceRequest,
  api: Api,
): Promise<void> {
  const object = asObject(await readFields(exchange.request), target);
  const { resource, name } = target;
  if (object.metadata.name !== name) {
    throw badRequest(
      `the name of the object (${object.metadata.name}) does not match the name on the URL (${name})`,
    );
  }
  const updated = api.replace(resource, object, optionsOf(exchange, target));
  sendOne(exchange, updated, { resource, now: api.around.now() });
}

const PATCH_TYPES = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
];

export async function handlePatch(
  exchange: Exchange,
  target: ResourceRequest,
  api: Api,
): Promise<void> {
  const type = contentType(exchange.request);
  const { resource } = target;
  const isCustom = resource.customColumns !== undefined;
  const accepted = PATCH_TYPES.filter((one) => !(isCustom && one.includes('strategic')));
  if (!accepted.includes(type)) throw unsupportedMediaType(accepted);
  const patch = parseBody((await readBody(exchange.request)).toString('utf8'), type);
  if (type === 'application/apply-patch+yaml') {
    applyPatch(exchange, { target, patch, api });
    return;
  }
  const current = api.read(resource, keyOfRequest(target)).object;
  const patched = asObject(patchedFields(current, patch, { type, resource }), target);
  const object = api.replace(resource, patched, optionsOf(exchange, target));
  sendOne(exchange, object, { resource, now: api.around.now() });
}

function patchedFields(
  current: KubeObject,
  patch: unknown,
  { type, resource }: { readonly type: string; readonly resource: Resource },
): Fields {
  const result = ((): unknown => {
    if (type === 'application/merge-patch+json') return mergePatch(current, patch);
    if (type.includes('strategic')) return strategicMerge(current, patch, resource.type);
    try {
      return jsonPatch(current, patch);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      throw new ApiError(
        422,
        'Invalid',
        `the server rejected our request due to an error in our request: ${error.message}`,
        {},
      );
    }
  })();
  if (!isFields(result)) throw badRequest('the patch did not leave an object');
  return result;
}

function applyPatch(
  exchange: Exchange,
  { target, patch, api }: { target: ResourceRequest; patch: unknown; api: Api },
): void {
  const { resource, name = '' } = target;
  const query = exchange.url.searchParams;
  const manager = query.get('fieldManager');
  if (!manager) {
    const message =
      'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch';
    throw new ApiError(422, 'Invalid', message);
  }
  const config = asObject(isFields(patch) ? patch : {}, target);
  if (config.metadata.managedFields?.length) {
    throw badRequest('metadata.managedFields must be nil');
  }
  const live = api.store.get(resourceId(resource), keyOfRequest(target))?.object;
  const writer = {
    manager,
    apiVersion: apiVersionOf(resource),
    time: timeText(api.around.now()),
    subresource: target.subresource,
  };
  const applied = serverSideApply(live, config, {
    writer,
    type: resource.type,
    force: query.get('force') === 'true',
  });
  if (applied.conflicts.length > 0) throw applyConflict(applied, { resource, name });
  const { managedFields = [] } = applied.object.metadata;
  const options = { ...optionsOf(exchange, target), managedFields };
  if (!live && target.subresource) throw notFound(resource, name);
  const object = live
    ? api.replace(resource, applied.object, options)
    : api.create(resource, applied.object, options);
  sendOne(exchange, object, { resource, now: api.around.now(), code: live ? 200 : 201 });
}

/** Source: apimachinery pkg/util/managedfields/internal, NewConflictError. */
function applyConflict(
  { conflicts }: Applied,
  { resource, name }: { readonly resource: Resource; readonly name: string },
): ApiError {
  const causes = conflicts.map(({ manager, path }) => ({
    reason: 'FieldManagerConflict',
    message: `conflict with "${manager.manager}"${manager.subresource ? ` with subresource "${manager.subresource}"` : ''} using ${manager.apiVersion}`,
    field: pathText(path),
  }));
  const [first] = causes;
  const text =
    causes.length === 1 && first
      ? `Apply failed with 1 conflict: ${first.message}: ${first.field}`
      : `Apply failed with ${causes.length} conflicts: ${listed(causes)}`;
  const { details } = conflict(resource, name);
  return new ApiError(409, 'Conflict', text, { ...details, causes });
}

function listed(causes: readonly { readonly message: string; readonly field: string }[]): string {
  const messages = [...new Set(causes.map(({ message }) => message))];
  return messages
    .map((message) => {
      const fields = causes.filter((cause) => cause.message === message).map(({ field }) => field);
      const [only] = fields;
      if (fields.length === 1) return `${message}: ${only}`;
      return `${message.replace('conflict', 'conflicts')}:\n${fields.map((field) => `- ${field}`).join('\n')}`;
    })
    .join('\n');
}

export async function handleDelete(
  exchange: Exchange,
  target: ResourceRequest,
  api: Api,
): Promise<void> {
  const options = await deleteOptions(exchange);
  const { resource } = target;
  const { object, gone } = removeObject(api, { resource, key: keyOfRequest(target) }, options);
  // a pod is answered with itself, as by the real server
  if (gone && resourceId(resource) !== 'pods') {
    const { name, uid } = object.metadata;
    sendObject(exchange, 200, deletedStatus(resource, name, uid));
    return;
  }
  sendOne(exchange, object, { resource, now: api.around.now() });
}

export async function handleDeleteCollection(
  exchange: Exchange,
  target: ResourceRequest,
  api: Api,
): Promise<void> {
  const options = await deleteOptions(exchange);
  const { resource } = target;
  const { includes } = selectionOf(target, exchange.url.searchParams);
  const chosen = api.store
    .list(resourceId(resource))
    .items.filter(({ object }) => includes(object));
  for (const { key } of chosen) removeObject(api, { resource, key }, options);
  const items = chosen.map(({ object }) => object);
  const metadata = { resourceVersion: String(api.store.version()) };
  sendObject(exchange, 200, {
    kind: `${resource.kind}List`,
    apiVersion: apiVersionOf(resource),
    metadata,
    items,
  });
}

async function deleteOptions({ request, url }: Exchange): Promise<DeleteOptions> {
  const body = await readFields(request);
  const query = url.searchParams;
  const grace = query.get('gracePeriodSeconds');
  const policy = query.get('propagationPolicy');
  return {
    ...(body as DeleteOptions),
    ...(grace === null ? {} : { gracePeriodSeconds: Number(grace) }),
    ...(policy === null ? {} : { propagationPolicy: policy }),
    dryRun: query.get('dryRun') === 'All' || isAll(body['dryRun']),
  };
}

function isAll(value: unknown): boolean {
  return Array.isArray(value) && value.includes('All');
}

/** How a request wants its write to be made. */
export function optionsOf(
  { request, url, warnings }: Exchange,
  { subresource }: Pick<ResourceRequest, 'subresource'>,
): WriteOptions {
  const query = url.searchParams;
  const asked = query.get('fieldValidation');
  const agent = request.headers['user-agent'] ?? 'unknown';
  return {
    dryRun: query.get('dryRun') === 'All',
    manager: query.get('fieldManager') || (agent.split('/')[0] ?? agent),
    subresource,
    fieldValidation: asked === 'Strict' || asked === 'Ignore' ? asked : 'Warn',
    warn: (text) => warnings.push(text),
  };
}

/**
 * The body as an object of the target's kind, in the target's namespace.
 *
 * @throws {ApiError} 400 where kind, version or namespace do not fit the path.
 */
export function asObject(fields: Fields, { resource, namespace }: ResourceRequest): KubeObject {
  const apiVersion = apiVersionOf(resource);
  const { kind } = resource;
  const found = { kind: fields['kind'] ?? kind, apiVersion: fields['apiVersion'] ?? apiVersion };
  if (found.kind !== kind || found.apiVersion !== apiVersion) {
    throw badRequest(
      `${String(found.kind)} in version "${String(found.apiVersion)}" cannot be handled as a ${kind}: expected ${apiVersion}, Kind=${kind}`,
    );
  }
  const metadata = isFields(fields['metadata']) ? fields['metadata'] : {};
  const object = {
    ...fields,
    kind,
    apiVersion,
    metadata: { ...metadata, name: String(metadata['name'] ?? '') },
  } as KubeObject;
  if (!resource.namespaced) return object;
  const given = object.metadata.namespace;
  if (given && namespace !== undefined && given !== namespace) {
    throw badRequest(
      'the namespace of the provided object does not match the namespace sent on the request',
    );
  }
  return withMeta(object, { namespace: namespace ?? given ?? '' });
}
