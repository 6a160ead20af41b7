import { execFileSync, spawnSync } from 'node:child_process';
import { basename } from 'node:path';

/** All that a boot takes. What else a machine has installed would act on the machine. */
const UNITS = [
  ...['sysinit', 'basic', 'multi-user', 'shutdown', 'umount', 'final'],
  ...['local-fs', 'local-fs-pre', 'swap', 'sockets', 'timers', 'paths', 'slices'],
  ...['network-pre', 'network', 'network-online'],
].map((name) => `/lib/systemd/system/${name}.target`);

/**
 * Puts a command into a control group of its own, named after `dir`, in a cgroup namespace: a
 * systemd that is started there takes nothing of the machine's for its own.
 */
export function inOwnCgroup(dir: string, command: readonly string[]): readonly string[] {
  const script = inCgroups(`mkdir $c && echo $$ >$c/cgroup.procs && shift && exec "$@"`, dir);
  return ['unshare', '-m', 'sh', '-c', script, 'sh', dir, 'unshare', '-C', ...command];
}

/** The control groups that a killed systemd has left. */
export function removeCgroup(dir: string): void {
  const remove =
    'for i in 1 2 3 4 5 6 7 8 9; do find $c -depth -type d -exec rmdir {} + && break; sleep 0.1; done';
  execFileSync('unshare', ['-m', 'sh', '-c', inCgroups(remove, dir)], { stdio: 'ignore' });
}

function inCgroups(script: string, dir: string): string {
  return `mount -t tmpfs tmpfs /mnt && mkdir /mnt/c && mount -t cgroup2 none /mnt/c && c=/mnt/c/${basename(dir)} && ${script}`;
}

/**
 * Lines of a shell that end as systemd: the last of a host's start. `dir` is the host's own folder,
 * `units` its /etc/systemd/system, in which nothing but what a test makes is enabled.
 */
export function systemdStart(dir: string, units: string): string {
  return `mkdir -p /run/keep/dir /run/keep/units
mount --bind ${dir} /run/keep/dir
mount --bind ${units} /run/keep/units
mount -t tmpfs tmpfs /tmp
mkdir -p ${dir}
mount --bind /run/keep/dir ${dir}
mount -t tmpfs tmpfs /var/log
mount -t tmpfs tmpfs /var/tmp
mount --bind /run/keep/units /etc/systemd/system
mkdir /run/keep/all
cp ${UNITS.join(' ')} /run/keep/all
mount --bind /run/keep/all /lib/systemd/system
mount -t tmpfs tmpfs /lib/systemd/system-generators
echo 0123456789abcdef0123456789abcdef >/run/machine-id
mount --bind /run/machine-id /etc/machine-id
umount -l /sys/fs/cgroup
mount -t cgroup2 none /sys/fs/cgroup
(until systemctl is-active --quiet multi-user.target 2>/dev/null; do sleep 0.05; done; echo ready) &
container=returnpath exec /lib/systemd/systemd --unit=multi-user.target --log-target=null`;
}

/** Whether a systemd can be started beside the machine's own processes. */
export function canBootSystemd(): boolean {
  const script = `[ -x /lib/systemd/systemd ] && command -v systemd-run && mount -t tmpfs tmpfs /mnt && mkdir /mnt/c && mount -t cgroup2 none /mnt/c`;
  return spawnSync('unshare', ['-mC', 'sh', '-c', script], { stdio: 'ignore' }).status === 0;
}
