import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** What belongs to a lab while it lives, to look for once it is dead. */
export interface Traces {
  readonly labId: string;
  readonly namespaces: ReadonlySet<string>;
  /** Clock ticks since boot; what started later only has a namespace's number again. */
  readonly takenAtTicks: number;
}

const KINDS = ['net', 'mnt', 'pid', 'uts'] as const;
/** Field of /proc/PID/stat after the command, counted from zero; proc(5) calls it number 22. */
const START_TIME = 19;

/** The namespaces of every process that has the lab's id among its arguments. */
export function tracesOf(labId: string): Traces {
  const own = new Set(namespacesOf('self'));
  const namespaces = marked(labId).flatMap(namespacesOf);
  return {
    labId,
    namespaces: new Set(namespaces.filter((name) => !own.has(name))),
    takenAtTicks: Math.max(...pids().map(startedAtTicks)),
  };
}

/** Everything of a dead lab that is still there: processes in its namespaces, mounts, links, files. */
export function leftoversOf({ labId, namespaces, takenAtTicks }: Traces): readonly string[] {
  const inside = pids().filter(
    (pid) =>
      startedAtTicks(pid) <= takenAtTicks && namespacesOf(pid).some((name) => namespaces.has(name)),
  );
  const processes = [...new Set([...inside, ...marked(labId)])];
  const mounts = read('/proc/self/mounts').split('\n');
  const files = ['/tmp', '/run', '/var/run'].flatMap((folder) =>
    readdirSync(folder).map((name) => `${folder}/${name}`),
  );
  const links = readdirSync('/sys/class/net');
  return [
    ...processes.map((pid) => `process ${pid} ${read(`/proc/${pid}/comm`).trim()}`),
    ...mounts.filter((line) => line.startsWith('returnpath-lab')),
    ...files.filter((path) => path.includes(labId)),
    ...links.filter((name) => /^(lan|cabin|pods)(-|$)|^tailscale0$/.test(name)),
  ];
}

function marked(labId: string): readonly string[] {
  return pids().filter((pid) => read(`/proc/${pid}/cmdline`).includes(`\0${labId}\0`));
}

function namespacesOf(pid: string): readonly string[] {
  return KINDS.map((kind) => link(`/proc/${pid}/ns/${kind}`)).filter((name) => name !== '');
}

function startedAtTicks(pid: string): number {
  return Number(statOf(pid)[START_TIME] ?? 0);
}

/** Dead, and only not yet looked at by whichever process inherited it. */
function isZombie(pid: string): boolean {
  return statOf(pid)[0] === 'Z';
}

/** The fields of /proc/PID/stat from the state on. */
function statOf(pid: string): readonly string[] {
  const stat = read(`/proc/${pid}/stat`);
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

function pids(): readonly string[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name) && !isZombie(name));
}

function read(path: string): string {
  return orEmpty(() => readFileSync(path, 'utf8'));
}

function link(path: string): string {
  return orEmpty(() => readlinkSync(path));
}

/** Processes come and go while one looks at them, and some are not ours to look at. */
function orEmpty(look: () => string): string {
  try {
    return look();
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (['ENOENT', 'ESRCH', 'EACCES', 'EINVAL'].includes(code)) return '';
    throw error;
  }
}
