import { notAcceptable } from '../api/errors.ts';

/** The form an answer takes. */
export type Form =
  | { readonly as: 'object' }
  | { readonly as: 'table'; readonly version: string }
  | { readonly as: 'partial' };

interface MediaType {
  readonly type: string;
  readonly params: ReadonlyMap<string, string>;
}

/** An `Accept` header, in the order in which it was written. */
function acceptedTypes(header: string | undefined): readonly MediaType[] {
  return (header ?? '*/*').split(',').map((range) => {
    const [type = '', ...params] = range.trim().split(';');
    const pairs = params.map((param) => {
      const [name = '', value = ''] = param.trim().split('=');
      return [name, value] as const;
    });
    return { type: type.toLowerCase(), params: new Map(pairs) };
  });
}

const JSON_TYPES = ['application/json', 'application/*', '*/*'];

/**
 * The first form of the `Accept` header that the server has.
 *
 * @throws {ApiError} 406 when there is none.
 */
export function negotiate(header: string | undefined): Form {
  for (const { type, params } of acceptedTypes(header)) {
    if (!JSON_TYPES.includes(type)) continue;
    const as = params.get('as');
    const version = params.get('v') ?? '';
    if (as === undefined) return { as: 'object' };
    if (params.get('g') !== 'meta.k8s.io') continue;
    if (as === 'Table' && ['v1', 'v1beta1'].includes(version)) return { as: 'table', version };
    if (as === 'PartialObjectMetadata' || as === 'PartialObjectMetadataList') {
      return { as: 'partial' };
    }
  }
  throw notAcceptable(['application/json']);
}

/** The aggregated discovery version a client takes, where it takes one. */
export function aggregatedVersion(header: string | undefined): 'v2' | 'v2beta1' | undefined {
  const found = acceptedTypes(header).find(
    ({ params }) => params.get('as') === 'APIGroupDiscoveryList',
  );
  const version = found?.params.get('v');
  return version === 'v2' || version === 'v2beta1' ? version : undefined;
}

export function accepts(header: string | undefined, type: string): boolean {
  return acceptedTypes(header).some((range) => range.type === type);
}
