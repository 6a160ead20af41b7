import type { Api } from '../api/api.ts';
import { deletedStatus } from '../api/errors.ts';
import { type DeleteOptions, removeObject } from '../api/remove.ts';
import { apiVersionOf, resourceId } from '../resources/resource.ts';
import { type Exchange, readFields, sendObject } from './exchange.ts';
import { keyOfRequest, type ResourceRequest } from './request-info.ts';
import { selectionOf } from './selection.ts';
import { sendOne } from './send-one.ts';

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
