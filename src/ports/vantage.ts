import type { ProbeKind, ProbeOutcome } from '../model/observation.ts';
import type { KubeOptions } from './kubernetes.ts';
import type { Truenas, TruenasLogin } from './truenas.ts';

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
  /** Of the connection, once TCP was accepted and where that could be told. */
  readonly sourcePort?: number | undefined;
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

/** `sent` when the first packet leaves; `connected` when TCP is accepted, with more to come. */
export type ProbeStage = 'sent' | 'connected';

/**
 * Sends one question to the network from that host. An abort does not throw: it ends the wait
 * like the deadline does, with what is known so far.
 */
export type AskNetwork = (
  ask: ProbeAsk,
  signal: AbortSignal,
  onStage?: (stage: ProbeStage) => void,
) => Promise<ProbeAnswer>;

/** How one of several addresses of a host answered when the vantage was opened. */
export interface AddressAttempt {
  readonly address: string;
  /** `answered` means that we could log in; `timed-out` that it has been silent so far. */
  readonly outcome: ProbeOutcome;
  /** Until the outcome, or since the attempt began. */
  readonly elapsedMs: number;
  readonly detail?: string | undefined;
}

/** Why we did not become root although it was asked for. */
export interface RootProblem {
  readonly why: string;
  readonly next?: string | undefined;
}

/**
 * A way to look at, and act on, one host.
 *
 * `sh` works everywhere. `probe` and `unixHttp` exist where a program of ours runs on that host
 * (here, in the lab); elsewhere the collectors say the same in shell.
 *
 * Every method throws `OutsideError` when the vantage itself fails, and the abort reason when
 * `signal` is aborted, unless it says otherwise. A script that exits with an error is an answer,
 * not a throw.
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
  /** How each address answered so far, where the host has several. */
  readonly attempts?: (() => readonly AddressAttempt[]) | undefined;
  /** Set once a script ran without root although the options asked for it. */
  readonly rootProblem?: RootProblem | undefined;
  /**
   * Runs a script with the POSIX shell of that host, as root where the options ask for it and it
   * can be had.
   */
  sh(script: string, options: ShellOptions): Promise<ShellAnswer>;
  readonly probe?: AskNetwork | undefined;
  readonly unixHttp?:
    | ((ask: UnixHttpAsk, signal: AbortSignal) => Promise<UnixHttpAnswer>)
    | undefined;
  /** The host's management API, where that is how it is looked at. */
  readonly truenas?: Truenas | undefined;
  /**
   * Set where everything it says was read before, by somebody else: when, in milliseconds on the
   * program's clock.
   */
  readonly readAtUnixMs?: number | undefined;
  /** Ends helpers and connections; safe to call twice. */
  close(): Promise<void>;
}

/** How `node://` vantages get their pods. */
export interface ProbePodOptions {
  /** Namespaces that run pods in the host network already, e.g. those of CSI drivers. */
  readonly knownNamespaces?: readonly string[] | undefined;
  /** Where probe pods go, and nowhere else. */
  readonly namespace?: string | undefined;
  /** Absent: one that is on the node already. */
  readonly image?: string | undefined;
}

export interface VantageOptions {
  /** Run scripts by `sudo` on the far side. */
  readonly sudo?: boolean | undefined;
  /** Asked once, when sudo wants a password. Never put into argv, environment or a message. */
  readonly sudoPassword?: (() => Promise<string>) | undefined;
  /** How to get into a `truenas://` vantage. */
  readonly truenas?: TruenasLogin | undefined;
  /** The cluster of `node://` and `pod://`; absent: as kubectl would find it. */
  readonly kube?: KubeOptions | undefined;
  readonly probePods?: ProbePodOptions | undefined;
}

/** Opens a vantage by its URL. Throws `OutsideError` or, for a bad URL, `SyntaxError`. */
export type OpenVantage = (
  url: string,
  options: VantageOptions,
  signal: AbortSignal,
) => Promise<Vantage>;
