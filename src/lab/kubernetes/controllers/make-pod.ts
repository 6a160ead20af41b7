import { ApiError } from '../api/errors.ts';
import type { Recorder } from '../event-recorder.ts';
import type { Pod } from '../kinds.ts';
import type { KubeObject } from '../object.ts';
import type { ControllerContext } from './context.ts';

/**
 * Creates a pod for its owner and says so; a refusal becomes an event of the owner.
 *
 * @returns Whether it was created.
 */
export function makePod(
  { cluster }: ControllerContext,
  {
    owner,
    pod,
    record,
  }: { readonly owner: KubeObject; readonly pod: Pod; readonly record: Recorder },
): boolean {
  try {
    const { metadata } = cluster.create('pods', pod);
    const message = `Created pod: ${metadata.name}`;
    record(owner, { type: 'Normal', reason: 'SuccessfulCreate', message });
    return true;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const message = `Error creating: ${error.message}`;
    record(owner, { type: 'Warning', reason: 'FailedCreate', message });
    return false;
  }
}
