import type { Api } from '../api/api.ts';
import { partialMetadata, printerOf, rowOf } from '../printers/table.ts';
import { apiVersionOf, type Resource, resourceId } from '../resources/resource.ts';
import type { Stored } from '../store/store.ts';
import { type Exchange, sendJson } from './exchange.ts';
import { type Form, negotiate } from './negotiate.ts';
import type { Pages } from './pages.ts';
import type { ResourceRequest } from './request-info.ts';
import { selectionOf } from './selection.ts';
import { includeOf, tableHead } from './table-form.ts';

interface Page {
  readonly items: readonly Stored[];
  readonly metadata: {
    readonly resourceVersion: string;
    readonly continue?: string;
    readonly remainingItemCount?: number;
  };
}

/** Answers a list, whole or by pages, in the form that was asked for. */
export function sendList(
  exchange: Exchange,
  target: ResourceRequest,
  { api, pages }: { readonly api: Api; readonly pages: Pages },
): void {
  const form = negotiate(exchange.request.headers.accept);
  const page = pageOf(exchange.url.searchParams, target, { api, pages });
  const now = api.around.now();
  sendJson(exchange, 200, bodyOf(page, { form, exchange, resource: target.resource, now }));
}

function pageOf(
  query: URLSearchParams,
  target: ResourceRequest,
  { api, pages }: { readonly api: Api; readonly pages: Pages },
): Page {
  const { isWhole, includes } = selectionOf(target, query);
  const token = query.get('continue');
  const { listing, from } = token
    ? pages.continueFrom(token)
    : { listing: api.store.list(resourceId(target.resource)), from: 0 };
  const limit = Number(query.get('limit') ?? 0) || Number.POSITIVE_INFINITY;
  const items: Stored[] = [];
  const resourceVersion = String(listing.version);
  for (let at = from; at < listing.items.length; at += 1) {
    const stored = listing.items[at];
    if (!stored || !includes(stored.object)) continue;
    const previous = items.at(-1);
    if (items.length >= limit && previous) {
      const next = pages.tokenAfter(listing, previous.key);
      const left = listing.items.length - at;
      const isCounted = isWhole && (!target.resource.namespaced || target.namespace === undefined);
      return {
        items,
        metadata: {
          resourceVersion,
          continue: next,
          ...(isCounted ? { remainingItemCount: left } : {}),
        },
      };
    }
    items.push(stored);
  }
  return { items, metadata: { resourceVersion } };
}

function bodyOf(
  { items, metadata }: Page,
  {
    form,
    exchange,
    resource,
    now,
  }: {
    readonly form: Form;
    readonly exchange: Exchange;
    readonly resource: Resource;
    readonly now: number;
  },
): string {
  const meta = JSON.stringify(metadata);
  if (form.as === 'table') {
    const printer = printerOf(resource);
    const include = includeOf(exchange.url.searchParams);
    const rows = items.map(({ object }) => rowOf(object, { printer, include, now }));
    return tableHead(form.version, meta, printer.columns) + JSON.stringify(rows).concat('}');
  }
  if (form.as === 'partial') {
    const list = JSON.stringify(items.map(({ object }) => partialMetadata(object)));
    return `{"kind":"PartialObjectMetadataList","apiVersion":"meta.k8s.io/v1","metadata":${meta},"items":${list}}`;
  }
  // built-in kinds stand in lists without kind and apiVersion, custom resources with them
  const texts = items.map((stored) => (resource.customColumns ? stored.json() : stored.bareJson()));
  return `{"kind":"${resource.kind}List","apiVersion":"${apiVersionOf(resource)}","metadata":${meta},"items":[${texts.join(',')}]}`;
}
