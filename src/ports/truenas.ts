/** Progress of a job of the middleware. */
export interface TruenasProgress {
  readonly percent: number;
  readonly description: string;
}

/**
 * A TrueNAS' own API, logged in. Methods have their names of the middleware whatever carries them
 * (JSON-RPC, DDP, REST). Every call throws `OutsideError` when the API refuses or cannot be used,
 * and the abort reason when `signal` is aborted.
 */
export interface Truenas {
  /** `TrueNAS-25.04.2.6` */
  readonly version: string;
  /** `JSON-RPC`, `DDP`, `REST v2.0`. */
  readonly transport: string;
  call(method: string, params: readonly unknown[], signal: AbortSignal): Promise<unknown>;
  /** Starts a job and waits for its end, whichever way this release tells of it. */
  job(
    method: string,
    params: readonly unknown[],
    options: {
      readonly signal: AbortSignal;
      readonly onProgress?: ((progress: TruenasProgress) => void) | undefined;
    },
  ): Promise<unknown>;
}
