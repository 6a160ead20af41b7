import type { Api } from '../api/api.ts';
import { expired } from '../api/errors.ts';
import type { KubeObject } from '../object.ts';
import { partialMetadata, printerOf, rowOf } from '../printers/table.ts';
import { apiVersionOf, resourceId } from '../resources/resource.ts';
import type { Change, Stored } from '../store/store.ts';
import type { Exchange } from './exchange.ts';
import { type Form, negotiate } from './negotiate.ts';
import { isTrue, type ResourceRequest } from './request-info.ts';
import { type Selection, selectionOf } from './selection.ts';
import { includeOf, tableHead } from './table-form.ts';

type EventType = 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';

/** About how often the real server sends bookmarks. */
const BOOKMARK_MS = 60_000;
/** The real server ends a watch after 30 to 60 minutes unless asked otherwise. */
const DEFAULT_SECONDS = 1800;

/** Streams changes of what is selected until the client goes or its time is up. */
export function sendWatch(exchange: Exchange, target: ResourceRequest, api: Api): void {
  const { response, url } = exchange;
  const query = url.searchParams;
  const selection = selectionOf(target, query);
  const write = writer(exchange, target, api);
  const from = query.get('resourceVersion') ?? '';
  const id = resourceId(target.resource);

  response.writeHead(200, {
    'Content-Type': 'application/json',
    'Cache-Control': 'no-cache, private',
  });
  response.flushHeaders();
  const missed = from === '' || from === '0' ? initial(api, id) : api.store.since(Number(from));
  if (missed === 'too-old') {
    const error = expired(`too old resource version: ${from} (${api.store.version()})`);
    response.end(`${JSON.stringify({ type: 'ERROR', object: error.status() })}\n`);
    return;
  }
  const pass = (change: Change): void => {
    if (change.stored.resource !== id) return;
    const event = eventFor(change, selection);
    if (event) write(event.type, event.stored);
  };
  for (const change of missed) pass(change);
  if (isTrue(query.get('sendInitialEvents'))) write('BOOKMARK', undefined, INITIAL_END);

  const unsubscribe = api.store.subscribe(pass);
  const bookmarks = setInterval(() => {
    if (isTrue(query.get('allowWatchBookmarks'))) write('BOOKMARK', undefined);
  }, BOOKMARK_MS);
  const seconds = Number(query.get('timeoutSeconds') ?? 0) || DEFAULT_SECONDS;
  const end = setTimeout(() => response.end(), seconds * 1000);
  response.on('close', () => {
    unsubscribe();
    clearInterval(bookmarks);
    clearTimeout(end);
  });
}

const INITIAL_END = { 'k8s.io/initial-events-end': 'true' };

function initial(api: Api, id: string): readonly Change[] {
  return api.store.list(id).items.map((stored) => ({ type: 'ADDED', stored }));
}

/** A change as a watcher with this selection sees it: objects come and go by their labels too. */
function eventFor(
  { type, stored, previous }: Change,
  { includes }: Selection,
): { readonly type: EventType; readonly stored: Stored } | undefined {
  const was = previous !== undefined && includes(previous.object);
  const is = type !== 'DELETED' && includes(stored.object);
  if (is) return { type: was ? 'MODIFIED' : 'ADDED', stored };
  return was ? { type: 'DELETED', stored } : undefined;
}

type Write = (
  type: EventType,
  stored: Stored | undefined,
  annotations?: Readonly<Record<string, string>>,
) => void;

function writer(exchange: Exchange, target: ResourceRequest, api: Api): Write {
  const form = negotiate(exchange.request.headers.accept);
  const render = renderer(form, exchange, { target, now: api.around.now });
  const { kind } = target.resource;
  return (type, stored, annotations) => {
    const { response } = exchange;
    if (response.writableEnded) return;
    const bookmark: KubeObject = {
      kind,
      apiVersion: apiVersionOf(target.resource),
      metadata: {
        resourceVersion: String(api.store.version()),
        creationTimestamp: null,
        ...(annotations ? { annotations } : {}),
      } as unknown as KubeObject['metadata'],
    };
    const body = stored ? render(stored) : JSON.stringify(bookmark);
    response.write(`{"type":"${type}","object":${body}}\n`);
  };
}

function renderer(
  form: Form,
  { url }: Exchange,
  { target, now }: { readonly target: ResourceRequest; readonly now: () => number },
): (stored: Stored) => string {
  if (form.as === 'object') return (stored) => stored.json();
  if (form.as === 'partial') return ({ object }) => JSON.stringify(partialMetadata(object));
  const printer = printerOf(target.resource);
  const include = includeOf(url.searchParams);
  return ({ object, version }) => {
    const meta = JSON.stringify({ resourceVersion: String(version) });
    const rows = JSON.stringify([rowOf(object, { printer, include, now: now() })]);
    return `${tableHead(form.version, meta, printer.columns)}${rows}}`;
  };
}
