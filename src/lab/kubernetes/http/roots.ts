import { noSuchPath } from '../api/errors.ts';
import type { OpenApi } from '../openapi/documents.ts';
import { encodeOpenApiV2 } from '../openapi/v2-protobuf.ts';
import type { Registry } from '../resources/registry.ts';
import { aggregated, coreVersions, groupList, groupOf, resourceList } from './discovery.ts';
import { type Exchange, sendText } from './exchange.ts';
import { accepts, aggregatedVersion } from './negotiate.ts';

/** What `/version` says. The build part tells that this is no real cluster. */
export const VERSION = {
  major: '1',
  minor: '32',
  gitVersion: 'v1.32.4+returnpath.lab',
  gitCommit: '',
  gitTreeState: 'clean',
  buildDate: '1970-01-01T00:00:00Z',
  goVersion: '',
  compiler: '',
  platform: 'linux/amd64',
} as const;

interface Answer {
  readonly type: string;
  readonly body: string | Buffer;
}

interface Sources {
  readonly api: { readonly registry: Registry };
  readonly openApi: OpenApi;
}

/** Paths that name no object: discovery, OpenAPI, health, version. @throws {ApiError} 404. */
export function sendRoot(exchange: Exchange, sources: Sources): void {
  exchange.response.setHeader('Vary', 'Accept');
  sendText(exchange, { code: 200, ...answerRoot(exchange, sources) });
}

function answerRoot({ url, request }: Exchange, { api, openApi }: Sources): Answer {
  const { accept, host = '' } = request.headers;
  const path = url.pathname.replace(/\/+$/, '');
  const [root = '', ...rest] = path.slice(1).split('/');
  if (['healthz', 'livez', 'readyz'].includes(root)) {
    return { type: 'text/plain; charset=utf-8', body: 'ok' };
  }
  if (path === '/version') return json(VERSION);
  if (path === '/api' || path === '/apis') {
    return groups(root === 'api' ? 'api' : 'apis', { accept, host, registry: api.registry });
  }
  if (path === '/openapi/v2') return openApiV2(openApi, accept);
  const found =
    root === 'openapi' && rest[0] === 'v3'
      ? openApiV3(openApi, rest.slice(1))
      : discovery(api.registry, root, rest);
  if (!found) throw noSuchPath();
  return json(found);
}

function json(value: unknown): Answer {
  return { type: 'application/json', body: JSON.stringify(value) };
}

function groups(
  root: 'api' | 'apis',
  ask: { accept: string | undefined; host: string; registry: Registry },
): Answer {
  const version = aggregatedVersion(ask.accept);
  if (!version) return json(root === 'api' ? coreVersions(ask.host) : groupList(ask.registry));
  const type = `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`;
  return { type, body: JSON.stringify(aggregated(ask.registry, root, version)) };
}

const V2_PROTOBUF = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf';

function openApiV2(openApi: OpenApi, accept: string | undefined): Answer {
  if (!accepts(accept, V2_PROTOBUF)) return json(openApi.v2());
  const type = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';
  return { type, body: Buffer.from(encodeOpenApiV2(openApi.v2())) };
}

function openApiV3(openApi: OpenApi, path: readonly string[]): unknown {
  return path.length === 0 ? openApi.v3Index() : openApi.v3(path.join('/'));
}

function discovery(registry: Registry, root: string, path: readonly string[]): unknown {
  const [first = '', second] = path;
  if (root === 'api' && second === undefined) return resourceList(registry, '', first);
  if (root !== 'apis' || path.length > 2) return undefined;
  return second === undefined ? groupOf(registry, first) : resourceList(registry, first, second);
}
