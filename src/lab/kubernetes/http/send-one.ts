import type { KubeObject } from '../object.ts';
import { partialMetadata, printerOf, rowOf } from '../printers/table.ts';
import type { Resource } from '../resources/resource.ts';
import { type Exchange, sendJson, sendObject } from './exchange.ts';
import { negotiate } from './negotiate.ts';
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
