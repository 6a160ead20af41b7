import { badRequest } from '../api/errors.ts';
import type { KubeObject } from '../object.ts';
import { FieldNotSupported, matchesFields, parseFieldSelector } from '../store/field-selector.ts';
import { matchesLabels, parseLabelSelector } from '../store/label-selector.ts';
import type { ResourceRequest } from './request-info.ts';

/** Which objects a list or watch is about. */
export interface Selection {
  readonly isWhole: boolean;
  includes(object: KubeObject): boolean;
}

/**
 * Reads `labelSelector` and `fieldSelector`, and the namespace and name of the path.
 *
 * @throws {ApiError} 400 for a selector that cannot be read or a field that cannot be selected by.
 */
export function selectionOf(
  { resource, namespace, name }: ResourceRequest,
  query: URLSearchParams,
): Selection {
  const labels = read(() => parseLabelSelector(query.get('labelSelector') ?? ''));
  const fields = read(() =>
    parseFieldSelector(query.get('fieldSelector') ?? '', resource.fieldLabels),
  );
  const within = resource.namespaced ? namespace : undefined;
  return {
    isWhole: labels.length + fields.length === 0,
    includes: (object) =>
      (within === undefined || object.metadata.namespace === within) &&
      (name === undefined || object.metadata.name === name) &&
      matchesLabels(object, labels) &&
      matchesFields(object, fields),
  };
}

function read<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof FieldNotSupported || error instanceof SyntaxError) {
      throw badRequest(error.message);
    }
    throw error;
  }
}
