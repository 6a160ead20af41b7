import type { Cluster } from '../cluster.ts';
import type { Recorder } from '../event-recorder.ts';
import type { Container, Pod } from '../kinds.ts';
import type { Timer } from '../timer.ts';
import type { Past } from './container.ts';
import type { Logs } from './logs.ts';
import type { Mount, StartContainer } from './runner.ts';

/** What every part of one node's kubelet works with. */
export interface NodeContext {
  readonly cluster: Cluster;
  readonly timer: Timer;
  readonly nodeName: string;
  readonly hostIp: string;
  readonly logs: Logs;
  readonly record: Recorder;
  readonly runners: { readonly start: StartContainer; readonly mount: Mount };
  /** Back-off waits are this many times shorter than on a real node. */
  readonly backOffScale: number;
  /** How long the driver lets a mount hang before it gives up. */
  readonly mountTimeoutMs: number;
  readonly past: (pod: Pod, container: Container) => Past | undefined;
  hasImage(image: string): boolean;
  /** The address of a pod in the node's pod network. */
  takePodIp(pod: Pod): string;
  giveBackPodIp(podUid: string): void;
}
