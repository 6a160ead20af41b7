import type { Container, Pod } from '../kinds.ts';

/** How a container ended. */
export interface Ended {
  readonly exitCode: number;
  /** `OOMKilled` and the like; else it follows from the exit code. */
  readonly reason?: string;
  /** What it left in /dev/termination-log. */
  readonly message?: string;
}

/** A running container. */
export interface ContainerRun {
  readonly ended: Promise<Ended>;
  /** Asks it to end; it is killed when `graceMs` are over. Safe to call twice. */
  stop(graceMs: number): void;
  /** Runs a probe's command inside. Absent where there is nothing to run it in. */
  readonly exec?: (argv: readonly string[], timeoutMs: number) => Promise<ProbeResult>;
}

export interface ProbeResult {
  readonly exitCode: number;
  readonly output: string;
}

export interface StartAsk {
  readonly pod: Pod;
  readonly container: Container;
  readonly env: Readonly<Record<string, string>>;
  /** One line of its output. */
  log(text: string): void;
}

/** Starts a container. A throw is what the runtime says: `RunContainerError`. */
export type StartContainer = (ask: StartAsk) => ContainerRun;

/** What came of mounting a volume over the network, in the words of the mount helpers. */
export type MountOutcome =
  | { readonly is: 'mounted' }
  | { readonly is: 'timed-out' }
  | { readonly is: 'refused' }
  | { readonly is: 'no-route' }
  | { readonly is: 'denied' }
  | { readonly is: 'no-such-export' }
  | { readonly is: 'not-resolved' }
  | { readonly is: 'helper-missing' };

export interface MountAsk {
  readonly pod: Pod;
  readonly protocol: 'nfs' | 'iscsi';
  readonly server: string;
  readonly port: number;
  /** Export path, or the target's name. */
  readonly share: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** Tries the path a mount would take, from where the mount would happen: the node itself. */
export type Mount = (ask: MountAsk) => Promise<MountOutcome>;
