/** Leaders of the process groups we have started and that have not ended yet. */
const live = new Set<number>();
let watching = false;

/**
 * Remembers a process group, so that it is killed when the program exits, however it exits short
 * of being killed itself.
 *
 * @returns Forgets it again. To be called once its leader has ended: the number may then be given
 *   to another process.
 */
export function track(leader: number): () => void {
  if (!watching) process.on('exit', () => live.forEach(killGroup));
  watching = true;
  live.add(leader);
  return () => live.delete(leader);
}

/** Kills a process and all its children that stayed in its group. */
export function killGroup(leader: number): void {
  try {
    process.kill(-leader, 'SIGKILL');
  } catch (error) {
    // gone already, or not ours any more (it changed its user): nothing left that we could end
    if (!isErrno(error, 'ESRCH') && !isErrno(error, 'EPERM')) throw error;
  }
}

/** Whether `error` is the kernel's error of that name. */
export function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
