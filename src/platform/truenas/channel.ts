/** What the NAS tells of its own accord, in one shape for all transports. */
export interface ApiEvent {
  /** `core.get_jobs` */
  readonly collection: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

export interface ChannelCall {
  readonly signal: AbortSignal;
  /** Default 30 s. */
  readonly timeoutMs?: number | undefined;
}

/** One way to call methods of the middleware. Its errors are `OutsideError`s. */
export interface Channel {
  readonly transport: string;
  /** Whether it has ended, so that a new one must be opened. */
  readonly ended: boolean;
  readonly whenEnded: Promise<void>;
  call(method: string, params: readonly unknown[], options: ChannelCall): Promise<unknown>;
  /**
   * Has the NAS tell of changes of a collection; `false` where this transport cannot.
   */
  subscribe(collection: string, signal: AbortSignal): Promise<boolean>;
  /** @returns Ends it. */
  onEvent(listener: (event: ApiEvent) => void): () => void;
  close(): void;
}

/** Methods answer in well under a second, but for lists of a large NAS that wakes its disks. */
export const CALL_TIMEOUT_MS = 30_000;
