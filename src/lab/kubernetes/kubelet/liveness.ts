import type { ContainerLife } from './container.ts';
import type { ContainerRun, ProbeResult } from './runner.ts';

/**
 * Runs the container's liveness probe and stops the container when it failed too often in a row.
 * Only commands are probed: it is what the workloads of the lab use.
 *
 * @returns What ends the probing.
 */
export function watchLiveness(life: ContainerLife, run: ContainerRun): () => void {
  const { node, kept } = life;
  const { livenessProbe } = kept.spec;
  const command = livenessProbe?.exec?.command;
  const exec = run.exec;
  if (!livenessProbe || !command || !exec) return () => undefined;
  const { initialDelaySeconds = 0, periodSeconds = 10, timeoutSeconds = 1 } = livenessProbe;
  let isStopped = false;
  let failures = 0;

  const probe = async (): Promise<void> => {
    const result = await exec(command, timeoutSeconds * 1000);
    if (isStopped) return;
    failures = result.exitCode === 0 ? 0 : failures + 1;
    if (result.exitCode !== 0) unhealthy(life, result);
    if (failures >= (livenessProbe.failureThreshold ?? 3)) kill(life, run);
    else cancel = node.timer.after(periodSeconds * 1000, () => void probe());
  };
  let cancel = node.timer.after(initialDelaySeconds * 1000, () => void probe());
  return () => {
    isStopped = true;
    cancel();
  };
}

function unhealthy({ node, pod, kept }: ContainerLife, { output }: ProbeResult): void {
  const message = `Liveness probe failed: ${output}`;
  const fieldPath = `spec.containers{${kept.spec.name}}`;
  node.record(pod, { type: 'Warning', reason: 'Unhealthy', message, fieldPath });
}

function kill({ node, pod, kept }: ContainerLife, run: ContainerRun): void {
  const { name } = kept.spec;
  const message = `Container ${name} failed liveness probe, will be restarted`;
  const fieldPath = `spec.containers{${name}}`;
  node.record(pod, { type: 'Normal', reason: 'Killing', message, fieldPath });
  run.stop((pod.spec.terminationGracePeriodSeconds ?? 30) * 1000);
}
