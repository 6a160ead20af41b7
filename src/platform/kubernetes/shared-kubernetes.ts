import type { KubeOptions } from '../../ports/kubernetes.ts';
import { type OpenedKubernetes, openKubernetes } from './kubernetes.ts';

/** A cluster for one of several users of it. */
export interface SharedKubernetes extends OpenedKubernetes {
  /** To be called once; the last to call it closes the connections. */
  release(): void;
}

interface Shared {
  readonly opened: Promise<OpenedKubernetes>;
  users: number;
}

/**
 * Opens each cluster once, however many look into it: one set of connections, and a credential
 * plugin that is asked once.
 */
export function sharedKubernetes(): (options: KubeOptions) => Promise<SharedKubernetes> {
  const open = new Map<string, Shared>();
  return async (options) => {
    const key = JSON.stringify(options);
    const shared = open.get(key) ?? { opened: openKubernetes(options), users: 0 };
    open.set(key, shared);
    shared.users += 1;
    const leave = () => {
      shared.users -= 1;
      if (shared.users === 0 && open.get(key) === shared) open.delete(key);
      return shared.users === 0;
    };
    try {
      const { kube, pods } = await shared.opened;
      const release = () => {
        if (leave()) kube.close();
      };
      return { kube: { ...kube, close: release }, pods, release };
    } catch (error) {
      leave();
      throw error;
    }
  };
}
