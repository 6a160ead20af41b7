import { randomBytes } from 'node:crypto';
import { type Api, timeText } from '../api/api.ts';
import { ApiError, methodNotAllowed, noSuchPath } from '../api/errors.ts';
import { removeObject } from '../api/remove.ts';
import { serviceAccountUser, type Tokens } from '../auth/user.ts';
import { type Fields, fieldAt, isFields, type KubeObject } from '../object.ts';
import { mergePatch } from '../patch/merge-patch.ts';
import { type Exchange, parseBody, readBody, readFields, sendObject } from './exchange.ts';
import { keyOfRequest, type ResourceRequest } from './request-info.ts';
import { sendOne } from './send-one.ts';
import { handlePatch, handleUpdate } from './write.ts';
import { optionsOf } from './write-options.ts';

export interface SubresourceContext {
  readonly api: Api;
  readonly tokens: Tokens;
}

/** Every subresource but the streaming ones (log, exec). @throws {ApiError} */
export async function handleSubresource(
  exchange: Exchange,
  target: ResourceRequest,
  context: SubresourceContext,
): Promise<void> {
  const { resource, subresource, verb } = target;
  const known = resource.subresources.find(({ name }) => name === subresource);
  if (!known) throw noSuchPath();
  if (!known.verbs.includes(verb)) throw methodNotAllowed();
  const { api } = context;
  switch (subresource) {
    case 'status':
    case 'ephemeralcontainers':
    case 'finalize':
      if (verb === 'get') {
        const { object } = api.read(resource, keyOfRequest(target));
        return sendOne(exchange, object, { resource, now: api.around.now() });
      }
      return verb === 'update'
        ? handleUpdate(exchange, target, api)
        : handlePatch(exchange, target, api);
    case 'scale':
      return handleScale(exchange, target, api);
    case 'binding':
      return handleBinding(exchange, target, api);
    case 'eviction':
      return handleEviction(exchange, target, api);
    case 'token':
      return handleToken(exchange, target, context);
    case 'proxy':
      return handleProxy(exchange, target, api);
    default:
      throw methodNotAllowed();
  }
}

async function handleScale(exchange: Exchange, target: ResourceRequest, api: Api): Promise<void> {
  const { resource, verb } = target;
  const { object } = api.read(resource, keyOfRequest(target));
  if (verb === 'get') return sendObject(exchange, 200, scaleOf(object));
  const body =
    verb === 'patch'
      ? parseBody((await readBody(exchange.request)).toString('utf8'), 'application/json')
      : await readFields(exchange.request);
  const wanted = verb === 'patch' ? mergePatch(scaleOf(object), body) : body;
  const replicas = Number(fieldAt(wanted, 'spec.replicas') ?? 0);
  const spec = isFields(object['spec']) ? object['spec'] : {};
  const { manager, dryRun } = optionsOf(exchange, target);
  const next = { ...object, spec: { ...spec, replicas } };
  const scaled = api.replace(resource, next, { manager, dryRun: dryRun === true });
  sendObject(exchange, 200, scaleOf(scaled));
}

function scaleOf(object: KubeObject): Fields {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const labels = fieldAt(object, 'spec.selector.matchLabels');
  const pairs = Object.entries(isFields(labels) ? labels : {});
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: { replicas: fieldAt(object, 'spec.replicas') ?? 0 },
    status: {
      replicas: fieldAt(object, 'status.replicas') ?? 0,
      selector: pairs.map(([key, value]) => `${key}=${value}`).join(','),
    },
  };
}

async function handleBinding(exchange: Exchange, target: ResourceRequest, api: Api): Promise<void> {
  const nodeName = fieldAt(await readFields(exchange.request), 'target.name');
  const { object } = api.read(target.resource, keyOfRequest(target));
  const spec = isFields(object['spec']) ? object['spec'] : {};
  api.replace(
    target.resource,
    { ...object, spec: { ...spec, nodeName } },
    { subresource: 'binding' },
  );
  sendSuccess(exchange);
}

async function handleEviction(
  exchange: Exchange,
  target: ResourceRequest,
  api: Api,
): Promise<void> {
  const options = fieldAt(await readFields(exchange.request), 'deleteOptions');
  const key = keyOfRequest(target);
  removeObject(api, { resource: target.resource, key }, isFields(options) ? options : {});
  sendSuccess(exchange);
}

function sendSuccess(exchange: Exchange): void {
  const status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 };
  sendObject(exchange, 201, status);
}

/** `kubectl create token`: a token for a service account, known from now on. */
async function handleToken(
  exchange: Exchange,
  target: ResourceRequest,
  { api, tokens }: SubresourceContext,
): Promise<void> {
  const body = await readFields(exchange.request);
  const { metadata } = api.read(target.resource, keyOfRequest(target)).object;
  const token = `lab.${randomBytes(24).toString('base64url')}`;
  tokens.add(token, serviceAccountUser(metadata.namespace ?? '', metadata.name, metadata.uid));
  const spec = isFields(body['spec']) ? body['spec'] : {};
  const seconds = Number(spec['expirationSeconds'] ?? 3600);
  const expirationTimestamp = timeText(api.around.now() + seconds * 1000);
  sendObject(exchange, 201, {
    kind: 'TokenRequest',
    apiVersion: 'authentication.k8s.io/v1',
    metadata: { name: metadata.name, namespace: metadata.namespace },
    spec: { ...spec, expirationSeconds: seconds },
    status: { token, expirationTimestamp },
  });
}

/** `…/nodes/<name>/proxy/configz`, the kubelet's own configuration, is all a node serves here. */
function handleProxy(exchange: Exchange, target: ResourceRequest, api: Api): void {
  const { metadata } = api.read(target.resource, keyOfRequest(target)).object;
  const config = metadata.annotations?.[KUBELET_CONFIG];
  if (target.rest !== 'configz' || config === undefined) {
    throw new ApiError(404, 'NotFound', 'the server could not find the requested resource', {});
  }
  sendObject(exchange, 200, { kubeletconfig: JSON.parse(config) });
}

/** Where a node of the lab keeps what its kubelet's `/configz` says. */
export const KUBELET_CONFIG = 'lab.returnpath.dev/kubelet-config';
