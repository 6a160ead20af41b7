import { type HostSpec, networkOf } from '../topology/topology.ts';
import type { Plan } from './plan.ts';

/** Marks the first process of every host; `locate` looks for it in /proc. */
export const HOST_MARK = 'returnpath-lab-host';
/** Where a host sees the lab's own files. */
export const LAB_DIR_ON_HOST = '/run/returnpath-lab';

/** What the kernel would otherwise inherit from the machine the lab runs on. */
const NEUTRAL_SYSCTLS: Readonly<Record<string, string>> = {
  'net.ipv4.ip_forward': '0',
  'net.ipv4.conf.*.rp_filter': '0',
  'net.ipv4.conf.*.src_valid_mark': '0',
  'net.ipv4.conf.*.log_martians': '0',
  'net.ipv4.ping_group_range': '0 0',
};

/**
 * A container's image has a /var/run of its own. On the machine it is often an absolute link to
 * /run, which `/proc/PID/root/var/run` would follow into the wrong container.
 */
const CONTAINER_VAR: readonly string[] = [
  // what is left of the container before it; the rest of /var is its volume
  'rm -rf $HOST/var/run',
  'mkdir -p $HOST/var/run',
  'mount --rbind $HOST/var /var',
];

/**
 * Where the machine has no machine-id to mount ours over (a container image), /etc becomes a folder
 * of links to the real one, with an empty machine-id among them.
 */
const WRITABLE_ETC: readonly string[] = [
  'if [ ! -e /etc/machine-id ]; then',
  '  mkdir -p $HOST/etc $HOST/etc-of-machine',
  '  mount --rbind /etc $HOST/etc-of-machine',
  '  cd /etc',
  '  for f in * .[!.]*; do [ ! -e "$f" ] || ln -s "$HOST/etc-of-machine/$f" $HOST/etc/; done',
  '  cd /',
  '  : > $HOST/etc/machine-id',
  '  mount --rbind $HOST/etc /etc',
  'fi',
];

/** What the lab keeps of a host, from where `lab` is the lab's folder. */
export function hostFolder(host: HostSpec, lab: string): string {
  return `${lab}/hosts/${host.name}`;
}

/** A host's LocalAPI socket, from where `lab` is the lab's folder. */
export function localApiPath(host: HostSpec, lab: string): string {
  const run = host.inside ? 'var/run' : 'run';
  return `${hostFolder(host, lab)}/${run}/tailscale/tailscaled.sock`;
}

/**
 * The shell that becomes PID 1 of a host: its own /run and machine-id, hostname, sysctls, then its
 * daemons and the pods or containers inside it. It stays in `wait`, so it reaps what is orphaned.
 *
 * `$LAB` is where the lab's files are seen when it starts: /run in the lab itself, and
 * {@link LAB_DIR_ON_HOST} for what is started inside a host.
 */
export function hostScript(host: HostSpec, plan: Plan): string {
  const lab = host.inside ? LAB_DIR_ON_HOST : '/run';
  return [
    `LAB=${lab}`,
    `mkdir -p $LAB/hosts/${host.name}/run/returnpath-lab`,
    `mount --rbind $LAB $LAB/hosts/${host.name}/run/returnpath-lab`,
    `mount --rbind $LAB/hosts/${host.name}/run /run`,
    `LAB=${LAB_DIR_ON_HOST}`,
    `HOST=$LAB/hosts/${host.name}`,
    ...(host.inside ? CONTAINER_VAR : ['[ /var/run -ef /run ] || mount --rbind /run /var/run']),
    `echo ${host.machineId} > $HOST/machine-id`,
    'chmod 444 $HOST/machine-id',
    ...WRITABLE_ETC,
    'mount --bind $HOST/machine-id /etc/machine-id',
    `hostname ${host.hostname}`,
    ...(host.sharesNetwork ? [] : sysctlLines({ ...NEUTRAL_SYSCTLS, ...host.sysctls })),
    ...host.daemons.map((_, index) => daemonLine(host, index, plan)),
    // beside the daemons, whose start everybody waits for
    ...programLines(host),
    ...(host.lacks ?? []).map(hideLine),
    ...plan.topology.hosts
      .filter(({ inside }) => inside === host.name)
      .map((child) => `${enterCommand(child, plan, '$LAB')} </dev/null >/dev/null 2>&1 &`),
    'sleep infinity &',
    'wait',
    '',
  ].join('\n');
}

/**
 * The command that starts a host, from the lab or from the host it is inside. `lab` is where the
 * caller sees the lab's files.
 */
export function enterCommand(host: HostSpec, { labId }: Pick<Plan, 'labId'>, lab: string): string {
  return [
    `nsenter --net=${lab}/netns/${networkOf(host)}`,
    'unshare --mount --propagation private --uts --pid --fork --kill-child --mount-proc',
    `sh ${lab}/hosts/${host.name}/start.sh ${HOST_MARK} ${labId} ${host.name}`,
  ].join(' ');
}

function daemonLine(host: HostSpec, index: number, plan: Plan): string {
  const log = `$HOST/daemons-${index}.log`;
  return `"${process.execPath}" "${plan.hostProgram}" ${host.name} ${index} </dev/null >${log} 2>&1 &`;
}

/**
 * /usr/local/bin becomes a folder of links to the machine's beside the lab's own programs, which were
 * put there before; `ln` leaves them alone. A container links past its host's folder.
 */
function programLines({ programs = [], inside }: HostSpec): readonly string[] {
  if (programs.length === 0) return [];
  const machine = `$LAB/hosts/${inside}/bin-of-machine`;
  return [
    'if [ -d /usr/local/bin ]; then',
    ...(inside ? [] : ['  mount --rbind /usr/local/bin $HOST/bin-of-machine']),
    `  ln -s ${inside ? machine : '$HOST/bin-of-machine'}/* $HOST/bin/ 2>/dev/null`,
    '  mount --rbind $HOST/bin /usr/local/bin',
    'fi',
  ];
}

/** Text of one of the lab's programs, a word of the program that serves a host. */
export function programScript(name: string, { hostProgram }: Pick<Plan, 'hostProgram'>): string {
  return `#!/bin/sh\nexec "${process.execPath}" "${hostProgram}" ${name} "$@"\n`;
}

/** A program that is a device cannot be run, and is found on no PATH. The shell must not hide itself. */
function hideLine(program: string): string {
  const places = ['/usr/local/bin', '/usr/bin', '/bin'].map((folder) => `${folder}/${program}`);
  return `for f in ${places.join(' ')}; do [ ! -x $f ] || [ $f -ef /bin/sh ] || mount --bind /dev/null $f; done`;
}

function sysctlLines(sysctls: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(sysctls).map(([name, value]) => {
    const path = `/proc/sys/${name.replaceAll('.', '/')}`;
    return `for f in ${path}; do [ ! -e $f ] || echo ${value} > $f; done`;
  });
}
