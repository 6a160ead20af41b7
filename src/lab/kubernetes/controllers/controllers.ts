import { startAttachDetach } from './attach-detach.ts';
import type { ControllerContext } from './context.ts';
import { startDaemonSets } from './daemon-set.ts';
import { startDeployments } from './deployment.ts';
import { startGarbageCollector } from './garbage-collector.ts';
import { startNamespaces } from './namespaces.ts';
import { startReplicaSets } from './replica-set.ts';
import { startScheduler } from './scheduler.ts';
import { startStatefulSets } from './stateful-set.ts';
import { startVolumeBinder } from './volume-binder.ts';

export interface ControllersHandle {
  stop(): void;
}

/** The scheduler and everything of the controller manager the lab has. */
export function startControllers(context: ControllerContext, ca: string): ControllersHandle {
  const stopGarbage = startGarbageCollector(context);
  const reconcilers = [
    startNamespaces(context, ca),
    startDeployments(context),
    startReplicaSets(context),
    startDaemonSets(context),
    startStatefulSets(context),
    startVolumeBinder(context),
    startAttachDetach(context),
    startScheduler(context),
  ];
  return {
    stop() {
      stopGarbage();
      for (const reconciler of reconcilers) reconciler.stop();
    },
  };
}
