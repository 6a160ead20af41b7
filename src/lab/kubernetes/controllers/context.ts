import type { Cluster } from '../cluster.ts';
import type { Timer } from '../timer.ts';

export interface ControllerContext {
  readonly cluster: Cluster;
  readonly timer: Timer;
}
