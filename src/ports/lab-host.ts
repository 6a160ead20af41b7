/** How to get onto one host of a running lab from any process of the same user. */
export interface LabHostHandle {
  readonly labId: string;
  readonly host: string;
  /** Put before a command, runs it on that host: `['nsenter', '-t', '4711', '-m', …, '--']`. */
  readonly enter: readonly string[];
  /**
   * The same for the host's network and name alone: the command sees this machine's files and
   * processes, running labs among them.
   */
  readonly enterNetwork: readonly string[];
  /** The host's file system as seen from here, `/proc/4711/root`: also a way to its unix sockets. */
  readonly root?: string | undefined;
  /** LAN address first, then tailnet addresses. */
  readonly addresses: readonly string[];
}

/**
 * Finds a host of a running lab.
 *
 * @param labId Absent: the only lab that runs.
 * @throws {OutsideError} If no such lab or host runs, or several labs run and none was named.
 */
export type LocateLabHost = (labId: string | undefined, host: string) => Promise<LabHostHandle>;
