import type { IncomingMessage, ServerResponse } from 'node:http';
import { parse } from 'yaml';
import { ApiError, badRequest, unsupportedMediaType } from '../api/errors.ts';
import type { User } from '../auth/user.ts';
import { type Fields, isFields } from '../object.ts';
import { decodeMessage, openEnvelope } from '../schema/protobuf.ts';
import { typeOfKind } from '../schema/schema.ts';
import type { ResourceRequest } from './request-info.ts';

/** One request on its way to its answer. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
  /** Who it is for: the impersonated user where there is one. */
  readonly user: User;
  readonly target: ResourceRequest | undefined;
  /** Texts for `Warning` headers. */
  readonly warnings: string[];
}

/** Largest body taken, in bytes, like etcd's limit on the real server. */
const BODY_LIMIT_BYTES = 3 * 1024 * 1024;

export function sendJson(exchange: Exchange, code: number, body: string): void {
  sendText(exchange, { code, type: 'application/json', body });
}

export function sendText(
  { response, warnings }: Exchange,
  {
    code,
    type,
    body,
  }: { readonly code: number; readonly type: string; readonly body: string | Buffer },
): void {
  if (warnings.length > 0) {
    response.setHeader(
      'Warning',
      warnings.map((text) => `299 - ${JSON.stringify(text)}`),
    );
  }
  response.writeHead(code, {
    'Content-Type': type,
    'Cache-Control': 'no-cache, private',
    'Content-Length': Buffer.byteLength(body),
  });
  response.end(body);
}

export function sendObject(exchange: Exchange, code: number, object: unknown): void {
  sendJson(exchange, code, JSON.stringify(object));
}

/** Turns whatever was thrown into an answer, unless one has begun. */
export function sendError(exchange: Exchange, error: unknown): void {
  const known =
    error instanceof ApiError
      ? error
      : new ApiError(500, 'InternalError', `Internal error occurred: ${String(error)}`);
  if (exchange.response.headersSent) {
    exchange.response.destroy();
    return;
  }
  sendObject(exchange, known.code, known.status());
}

/** @throws {ApiError} 413 past the limit. */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > BODY_LIMIT_BYTES) {
      const message = `Request entity too large: limit is ${BODY_LIMIT_BYTES}`;
      throw new ApiError(413, 'RequestEntityTooLarge', message);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

export function contentType({ headers }: IncomingMessage): string {
  return (headers['content-type'] ?? 'application/json').split(';')[0]?.trim() ?? '';
}

const PROTOBUF = 'application/vnd.kubernetes.protobuf';
const BODY_TYPES = ['application/json', 'application/yaml', PROTOBUF];

/** @throws {ApiError} 400 for what cannot be read as an object, 415 for other types. */
export async function readFields(request: IncomingMessage): Promise<Fields> {
  const type = contentType(request);
  const body = await readBody(request);
  if (body.length === 0) return {};
  if (!BODY_TYPES.includes(type)) throw unsupportedMediaType(BODY_TYPES);
  if (type === PROTOBUF) return decodeBody(body);
  const value = parseBody(body.toString('utf8'), type);
  if (!isFields(value)) throw badRequest("couldn't get version/kind; json parse error");
  return value;
}

/** kubectl sends objects it knows as protobuf since 1.32. */
function decodeBody(body: Buffer): Fields {
  try {
    const { apiVersion, kind, raw } = openEnvelope(body);
    return { apiVersion, kind, ...decodeMessage(raw, typeOfKind(apiVersion, kind)) };
  } catch (error) {
    throw badRequest((error as Error).message);
  }
}

/** @throws {ApiError} 400 if it cannot be parsed. */
export function parseBody(body: string, type: string): unknown {
  try {
    return type.endsWith('yaml') && !body.trimStart().startsWith('{')
      ? parse(body)
      : JSON.parse(body);
  } catch (error) {
    throw badRequest(`couldn't get version/kind; json parse error: ${(error as Error).message}`);
  }
}
