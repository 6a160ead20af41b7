import { badRequest } from '../api/errors.ts';
import type { IncludeObject } from '../printers/table.ts';
import type { Column } from '../resources/resource.ts';

/** The beginning of a Table as JSON; rows and `}` follow. */
export function tableHead(version: string, meta: string, columns: readonly Column[]): string {
  return `{"kind":"Table","apiVersion":"meta.k8s.io/${version}","metadata":${meta},"columnDefinitions":${JSON.stringify(columns)},"rows":`;
}

/** @throws {ApiError} 400 for a value the API does not have. */
export function includeOf(query: URLSearchParams): IncludeObject {
  const asked = query.get('includeObject') || 'Metadata';
  if (asked === 'None' || asked === 'Metadata' || asked === 'Object') return asked;
  throw badRequest(`unrecognized includeObject value: "${asked}"`);
}
