import type { Api } from '../api/api.ts';
import { ApiError, badRequest, unsupportedMediaType } from '../api/errors.ts';
import { type Fields, isFields, type KubeObject } from '../object.ts';
import { jsonPatch } from '../patch/json-patch.ts';
import { mergePatch } from '../patch/merge-patch.ts';
import { strategicMerge } from '../patch/strategic-merge.ts';
import type { Resource } from '../resources/resource.ts';
import { applyPatch } from './apply.ts';
import { contentType, type Exchange, parseBody, readBody, readFields } from './exchange.ts';
import { keyOfRequest, type ResourceRequest } from './request-info.ts';
import { sendOne } from './send-one.ts';
import { asObject, optionsOf } from './write-options.ts';

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
