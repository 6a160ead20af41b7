import { isDeepStrictEqual } from 'node:util';
import { type Fields, isFields, type KubeObject } from '../object.ts';
import type { FieldProblem } from './errors.ts';

const FORBIDDEN =
  'Forbidden: pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)';

/**
 * A running pod can hardly be changed; whoever tries is told to make another.
 *
 * Source: kubernetes pkg/apis/core/validation, ValidatePodUpdate.
 */
export function podChangeProblems(before: KubeObject, after: KubeObject): readonly FieldProblem[] {
  if (isDeepStrictEqual(fixedPart(before['spec']), fixedPart(after['spec']))) return [];
  return [{ reason: 'FieldValueForbidden', field: 'spec', message: FORBIDDEN }];
}

function fixedPart(spec: unknown): unknown {
  if (!isFields(spec)) return spec;
  const { activeDeadlineSeconds: _, tolerations: __, ephemeralContainers: ___, ...rest } = spec;
  return {
    ...rest,
    terminationGracePeriodSeconds: undefined,
    containers: withoutImages(rest['containers']),
    initContainers: withoutImages(rest['initContainers']),
  };
}

function withoutImages(list: unknown): unknown {
  if (!Array.isArray(list)) return list;
  return list.map((item: unknown) => (isFields(item) ? ({ ...item, image: '' } as Fields) : item));
}
