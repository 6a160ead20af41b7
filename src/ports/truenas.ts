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
  /**
   * Whose credential it is, where it was lent by another program with the user's consent:
   * `Secret democratic-csi/hdd-driver-config`. A plan must say so.
   */
  readonly credentialFrom?: string | undefined;
  /** From now on no message and no progress shows these texts, whoever quotes them. */
  keepSecret(...texts: readonly string[]): void;
  call(method: string, params: readonly unknown[], signal: AbortSignal): Promise<unknown>;
  /**
   * Starts a job and waits for its end, whichever way this release tells of it. Where the
   * connection is cut meanwhile, it is opened anew and the same job is followed to its end. An
   * abort ends the wait, not the job.
   */
  job(
    method: string,
    params: readonly unknown[],
    options: {
      readonly signal: AbortSignal;
      readonly onProgress?: ((progress: TruenasProgress) => void) | undefined;
    },
  ): Promise<unknown>;
}

/** What lets us in. It is kept in memory only, and sent over verified TLS only. */
export type TruenasCredential = (
  | {
      readonly kind: 'api-key';
      readonly key: string;
      /** Without it the key alone says whose it is, which takes the older log-in. */
      readonly username?: string | undefined;
    }
  | { readonly kind: 'password'; readonly username: string; readonly password: string }
) & {
  /** Whose it is, where it is not the user's own. */
  readonly from?: string | undefined;
};

/** A certificate that nobody vouches for, and that was not seen before. */
export interface UnknownCertificate {
  /** `10.0.0.210:443` */
  readonly place: string;
  /** `SHA256:AB:CD:…`, of the whole certificate. */
  readonly fingerprint: string;
}

/** How to get into a TrueNAS. Each thing is asked for when it is needed, and only then. */
export interface TruenasLogin {
  readonly credential: (place: {
    /** All addresses of the NAS, as the user named them. */
    readonly hosts: readonly string[];
    readonly user: string | undefined;
  }) => Promise<TruenasCredential>;
  /** For users with a second factor; absent where nobody could be asked. */
  readonly oneTimeCode?: (() => Promise<string>) | undefined;
  /** The only certificate that is accepted, where the user named one. */
  readonly fingerprint?: string | undefined;
  /** Whether to trust a certificate from now on; absent where nobody could be asked. */
  readonly trust?: ((found: UnknownCertificate) => Promise<boolean>) | undefined;
  /** Where fingerprints are remembered. */
  readonly pinFile: string;
}
