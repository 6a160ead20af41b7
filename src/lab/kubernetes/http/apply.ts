import { type Api, timeText } from '../api/api.ts';
import { ApiError, badRequest, conflict, notFound } from '../api/errors.ts';
import { isFields } from '../object.ts';
import { pathText } from '../patch/field-set.ts';
import { type Applied, serverSideApply } from '../patch/server-side-apply.ts';
import { apiVersionOf, type Resource, resourceId } from '../resources/resource.ts';
import type { Exchange } from './exchange.ts';
import { keyOfRequest, type ResourceRequest } from './request-info.ts';
import { sendOne } from './send-one.ts';
import { asObject, optionsOf } from './write-options.ts';

/** A patch of type `application/apply-patch+yaml`: creates what is not there. @throws {ApiError} */
export function applyPatch(
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
