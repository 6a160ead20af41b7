/** A kind of object: `{ group: 'apps', version: 'v1', plural: 'deployments' }`. */
export interface KubeResource {
  /** Empty or absent for the core group. */
  readonly group?: string | undefined;
  readonly version: string;
  readonly plural: string;
}

/** A right in the words of RBAC. */
export interface KubeRight {
  readonly verb: string;
  readonly group?: string | undefined;
  /** `pods`, `pods/exec`. */
  readonly resource: string;
  /** Absent: in all namespaces. */
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
}

/**
 * What came of a request. A refusal and an absence are answers; anything else that goes wrong is
 * an `OutsideError`.
 */
export type KubeAnswer<T> =
  | { readonly is: 'read'; readonly value: T }
  | { readonly is: 'forbidden'; readonly lacks: KubeRight; readonly message: string }
  /** No such object, or no such kind in this cluster. */
  | { readonly is: 'absent' };

export interface KubeListAsk {
  readonly resource: KubeResource;
  readonly namespace?: string | undefined;
  readonly fieldSelector?: string | undefined;
  readonly labelSelector?: string | undefined;
  /** Objects a page; default 500. */
  readonly pageSize?: number | undefined;
  /** Reading ends after the page that reaches this many; default 200,000. */
  readonly atMost?: number | undefined;
  /**
   * `metadata` brings names, labels and owners only. `table` brings what `kubectl get` prints, as
   * one row for each object: far less than the object, where that is large.
   */
  readonly form?: 'objects' | 'metadata' | 'table' | undefined;
}

export interface KubeListEnd {
  readonly items: number;
  /** True when there was more than `atMost`. */
  readonly cutOff: boolean;
}

/** One page. Rows of a table stand in `items` as arrays of cells. */
export interface KubePage {
  readonly items: readonly unknown[];
  /** Of a table: names of the columns. */
  readonly columns: readonly string[];
}

export interface KubeLogAsk {
  readonly namespace: string;
  readonly pod: string;
  readonly container?: string | undefined;
  /** Of the run before the present one. */
  readonly previous?: boolean | undefined;
  readonly tailLines?: number | undefined;
  readonly limitBytes?: number | undefined;
  readonly timestamps?: boolean | undefined;
}

export interface KubeExecAsk {
  readonly namespace: string;
  readonly pod: string;
  readonly container?: string | undefined;
  readonly command: readonly string[];
  /** Sent to the command's standard input, which then ends where the protocol can say so. */
  readonly input?: string | undefined;
  /** Bytes of standard output to keep; past it the command is left. */
  readonly limitBytes: number;
  readonly onOutput?: ((text: string) => void) | undefined;
}

export interface KubeExecAnswer {
  readonly stdout: string;
  readonly stderr: string;
  /** Absent when it was left before it ended. */
  readonly exitCode: number | undefined;
  readonly truncated: boolean;
}

/**
 * A cluster's API, for reading. Every method throws `OutsideError` when the API cannot be used,
 * and the abort reason when `signal` is aborted. Nothing here changes the cluster: a review of
 * one's own rights is a question, and what `exec` runs is the caller's word to give.
 */
export interface Kubernetes {
  /** `https://10.0.0.197:6443` */
  readonly server: string;
  readonly context: string | undefined;
  /** Of the context: where names without a namespace are. */
  readonly namespace: string;
  /** Any path: `/version`. */
  get(path: string, signal: AbortSignal): Promise<KubeAnswer<unknown>>;
  /** One object by its name. */
  read(
    ask: {
      readonly resource: KubeResource;
      readonly namespace?: string | undefined;
      readonly name: string;
    },
    signal: AbortSignal,
  ): Promise<KubeAnswer<unknown>>;
  /** Reads page by page; nothing of a page is kept once `onPage` has returned. */
  list(
    ask: KubeListAsk,
    onPage: (page: KubePage) => void,
    signal: AbortSignal,
  ): Promise<KubeAnswer<KubeListEnd>>;
  /** The end of a container's log; a container that has not run yet has none. */
  log(ask: KubeLogAsk, signal: AbortSignal): Promise<KubeAnswer<string>>;
  exec(ask: KubeExecAsk, signal: AbortSignal): Promise<KubeAnswer<KubeExecAnswer>>;
  /** Whether the caller has a right. */
  may(right: KubeRight, signal: AbortSignal): Promise<boolean>;
  close(): void;
}

/**
 * The only changes made to a cluster: short-lived pods to look from, their deletion, and the
 * restart of pods that their owner makes anew.
 */
export interface KubePodWriter {
  createPod(namespace: string, pod: object, signal: AbortSignal): Promise<KubeAnswer<unknown>>;
  /** At once, without grace; one that is gone already is no error. */
  deletePod(namespace: string, name: string, signal: AbortSignal): Promise<KubeAnswer<unknown>>;
  /** With the grace that it asks for, and only if it still is that very pod. */
  restartPod(
    pod: { readonly namespace: string; readonly name: string; readonly uid: string },
    signal: AbortSignal,
  ): Promise<KubeAnswer<unknown>>;
}

/** How to find the cluster, as kubectl's flags of the same names. */
export interface KubeOptions {
  readonly kubeconfig?: string | undefined;
  readonly context?: string | undefined;
  readonly cluster?: string | undefined;
  readonly user?: string | undefined;
  readonly namespace?: string | undefined;
  readonly as?: string | undefined;
  readonly asGroups?: readonly string[] | undefined;
}
