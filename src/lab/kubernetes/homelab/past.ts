import { klogLine } from '../csi/klog.ts';
import { SIDECAR_KINDS } from '../csi/sidecars.ts';
import type { Container, Pod } from '../kinds.ts';
import type { Past } from '../kubelet/container.ts';
import { withoutTag } from '../programs.ts';

const WHY =
  'rpc error: code = FailedPrecondition desc = TrueNAS api is unavailable: Error: FreeNAS error getting system version info: {"errors":{"v2":"AxiosError: timeout of 5000ms exceeded"},"responses":{}}';
/** The real sidecars end one after the other, as their back-offs drift apart. */
const APART_MS = 1700;

/**
 * The sidecars of controllers as they stand after hours of a NAS that does not answer, so that a
 * lab can begin in the middle of the night. What follows is no longer made up: when its back-off is
 * over each of them probes for itself.
 *
 * @param restarts So many, and the back-off is at its longest.
 */
export function crashLoopingControllers(
  nowUnixMs: number,
  restarts: number,
): (pod: Pod, container: Container) => Past | undefined {
  return (pod, container) => {
    const kind = SIDECAR_KINDS[withoutTag(container.image)];
    if (!kind) return undefined;
    const place = pod.spec.containers.findIndex(({ name }) => name === container.name);
    const finishedUnixMs = nowUnixMs - place * APART_MS;
    const line = (severity: 'I' | 'E', at: string, text: string): string =>
      klogLine(severity, at, { text, nowUnixMs: finishedUnixMs });
    const lines = [
      line('I', kind.places.version, `Version: ${kind.version}`),
      line('I', 'connection.go:215', 'Connecting to unix:///csi-data/csi.sock'),
      line('I', 'common.go:138', 'Probing CSI driver for readiness'),
      line('I', 'connection.go:244', 'GRPC call: /csi.v1.Identity/Probe'),
      line('I', 'connection.go:252', `GRPC error: ${WHY}`),
      line('E', kind.places.failed, `${kind.failure}CSI driver probe failed: ${WHY}`),
    ];
    return { restarts, exitCode: 1, finishedUnixMs, lines };
  };
}
