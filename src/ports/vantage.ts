import type { ProbeKind, ProbeOutcome } from '../model/observation.ts';

/** What a shell script printed and how it ended. */
export interface ShellAnswer {
  readonly stdout: string;
  readonly stderr: string;
  /** Absent when it was killed: by our deadline, by our limit or by somebody else. */
  readonly exitCode: number | undefined;
  /** True when output past the limit was thrown away. */
  readonly truncated: boolean;
}

export interface ShellOptions {
  readonly signal: AbortSignal;
  /** Bytes of standard output to keep; a script that prints more is killed. */
  readonly limitBytes: number;
  /** Called with each piece of standard output as it arrives. */
  readonly onOutput?: ((text: string) => void) | undefined;
}

/** One question to the network. */
export interface ProbeAsk {
  readonly probe: ProbeKind;
  readonly address: string;
  /** Absent for ICMP. */
  readonly port?: number | undefined;
  /** Local address to bind to. */
  readonly source?: string | undefined;
  /** Path of an HTTP request. */
  readonly path?: string | undefined;
  readonly timeoutMs: number;
}

export interface ProbeAnswer {
  readonly outcome: ProbeOutcome;
  readonly startedUnixMs: number;
  readonly elapsedMs: number;
  readonly connectMs?: number | undefined;
  readonly detail?: string | undefined;
  readonly httpStatus?: number | undefined;
}

export interface UnixHttpAsk {
  /** Tried in this order; the first that exists is used. */
  readonly socketPaths: readonly string[];
  readonly method: 'GET' | 'PATCH' | 'POST';
  readonly path: string;
  /** Value of the Host header; tailscaled refuses any but its own. */
  readonly host: string;
  readonly body?: string | undefined;
}

export interface UnixHttpAnswer {
  readonly status: number;
  readonly body: string;
  readonly socketPath: string;
}

/**
 * A way to look at, and act on, one host.
 *
 * `sh` works everywhere. `probe` and `unixHttp` exist where a program of ours runs on that host
 * (here, in the lab); elsewhere the collectors say the same in shell.
 *
 * Every method throws `OutsideError` when the vantage itself fails, and the abort reason when
 * `signal` is aborted. A script that exits with an error is an answer, not a throw.
 */
export interface Vantage {
  /** As the user wrote it: `lab://nas`, `ssh://admin@10.0.0.210`. */
  readonly url: string;
  /** Host id in the snapshot. */
  readonly hostId: string;
  /** Addresses of the host known before looking, best first; may be empty. */
  readonly addresses: readonly string[];
  /** Which of several addresses answered us, once one did. */
  readonly reachedAt?: string | undefined;
  sh(script: string, options: ShellOptions): Promise<ShellAnswer>;
  readonly probe?: ((ask: ProbeAsk, signal: AbortSignal) => Promise<ProbeAnswer>) | undefined;
  readonly unixHttp?:
    | ((ask: UnixHttpAsk, signal: AbortSignal) => Promise<UnixHttpAnswer>)
    | undefined;
  /** Ends helpers and connections; safe to call twice. */
  close(): Promise<void>;
}

export interface VantageOptions {
  /** Run the facts script by `sudo` on the far side. */
  readonly sudo?: boolean | undefined;
  /** Asked once, when sudo wants a password. Never put into argv, environment or a message. */
  readonly sudoPassword?: (() => Promise<string>) | undefined;
}

/** Opens a vantage by its URL. Throws `OutsideError` or, for a bad URL, `SyntaxError`. */
export type OpenVantage = (
  url: string,
  options: VantageOptions,
  signal: AbortSignal,
) => Promise<Vantage>;
