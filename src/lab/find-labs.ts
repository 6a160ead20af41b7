import { readdirSync, readFileSync } from 'node:fs';
import { HOST_MARK } from './init/host-script.ts';
import { LAB_FILE, type LabFile } from './lab-file.ts';

/** A running lab, as found in /proc. */
export interface RunningLab {
  readonly id: string;
  /** Process whose death ends the lab. */
  readonly ownerPid: number;
  /** First process inside; sees all of the lab. */
  readonly initPid: number;
  /** First process of each host, by host name. */
  readonly hostPids: ReadonlyMap<string, number>;
}

/** The running labs of this user (of everybody, for root), oldest first. */
export function findLabs(): readonly RunningLab[] {
  const processes = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => ({ pid: Number(name), argv: argvOf(name) }));
  const owners = processes.filter(({ argv }) => argv[0] === 'unshare' && labIdOf(argv) !== '');
  return owners.flatMap(({ pid: ownerPid, argv }) => {
    const id = labIdOf(argv);
    const init = processes.find(
      (other) => other.argv[0] !== 'unshare' && labIdOf(other.argv) === id,
    );
    if (!init || !isOurs(ownerPid)) return [];
    const hosts = processes.flatMap((other): readonly (readonly [string, number])[] => {
      const host = hostOf(other.argv, id);
      return host === undefined || !isFirst(other.pid) ? [] : [[host, other.pid]];
    });
    return [{ id, ownerPid, initPid: init.pid, hostPids: new Map(hosts) }];
  });
}

/** A file of the lab's own mount namespace, seen from outside. */
export function labPath(lab: RunningLab, name: string): string {
  return `/proc/${lab.initPid}/root/run/${name}`;
}

/** @throws {Error} If the lab is not ready yet, or ends meanwhile. */
export function readLabFile(lab: RunningLab): LabFile {
  return JSON.parse(readFileSync(labPath(lab, LAB_FILE), 'utf8')) as LabFile;
}

/** `unshare … node …/lab-init.js --lab-id ID …`, and the same without the first part. */
function labIdOf(argv: readonly string[]): string {
  const program = argv.findIndex((word) => word.endsWith('/lab-init.js'));
  return program > 0 && argv[program + 1] === '--lab-id' ? (argv[program + 2] ?? '') : '';
}

/** `sh …/start.sh MARK ID HOST`; the `unshare` before it has the same words but not that shape. */
function hostOf(argv: readonly string[], id: string): string | undefined {
  return argv[0] === 'sh' && argv[2] === HOST_MARK && argv[3] === id ? argv[4] : undefined;
}

/**
 * A shell that has forked and not yet begun the other program looks like the first process, but is
 * not number 1 of its PID namespace.
 */
function isFirst(pid: number): boolean {
  return /^NSpid:.*\t1$/m.test(readProc(String(pid), 'status'));
}

function isOurs(pid: number): boolean {
  const uid = /^Uid:\s*(\d+)/m.exec(readProc(String(pid), 'status'))?.[1];
  return process.getuid?.() === 0 || Number(uid) === process.getuid?.();
}

function argvOf(pid: string): readonly string[] {
  return readProc(pid, 'cmdline').split('\0').slice(0, -1);
}

/** Empty for a process that has ended since the list was made. */
function readProc(pid: string, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ESRCH') return '';
    throw error;
  }
}
