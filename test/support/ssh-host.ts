import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inOwnCgroup, removeCgroup, systemdStart } from './systemd-start.ts';

/** Who may do what on the host. */
export interface SshHostOptions {
  /** Lines of sudoers; without any, the user may not use sudo. */
  readonly sudoers?: string;
  /** Shell commands that prepare the namespaces, before sshd starts. */
  readonly prepare?: string;
  readonly shell?: string;
  /** Boots the machine's systemd as its first process, with this folder as /etc/systemd/system. */
  readonly units?: string;
}

/**
 * A real OpenSSH server in network, mount and process namespaces of its own, with users of its own,
 * none of which the machine ever sees. It answers on 10.0.0.210 and 100.68.1.2, port 2222, and
 * stays silent on 10.0.0.211. It dies with this process.
 */
export interface SshHost {
  readonly user: string;
  readonly password: string;
  readonly port: number;
  /** Put in front of PATH, makes `ssh` the real ssh, inside the network of that host. */
  readonly bin: string;
  /** Process id of sshd. */
  sshdPid(): number;
  /** Runs a command in the host's namespaces. */
  exec(...command: readonly string[]): string;
  stop(): void;
}

const USER = 'rptest';
const PASSWORD = 'correct horse battery';
const PORT = 2222;
const READY_MS = 10_000;

export async function startSshHost(options: SshHostOptions = {}): Promise<SshHost> {
  const dir = mkdtempSync('/tmp/rp-sshd-');
  writeHost(dir, options);
  const unshare = ['-n', '-m', '-u', '-p', '-f', '--kill-child', '--mount-proc'];
  const start = ['unshare', ...unshare, 'sh', join(dir, 'start.sh')];
  const [program = '', ...args] = options.units ? inOwnCgroup(dir, start) : start;
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const die = () => child.kill('SIGKILL');
  process.once('exit', die);
  await ready(child);
  const inner = Number(
    readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim(),
  );
  const enter = ['-t', String(inner), '-n', '-m', '-p'];
  writeSsh(dir, inner);
  return {
    user: USER,
    password: PASSWORD,
    port: PORT,
    bin: join(dir, 'bin'),
    sshdPid: () => sshdOf(inner),
    exec: (...command) => execFileSync('nsenter', [...enter, ...command], { encoding: 'utf8' }),
    stop() {
      die();
      process.removeListener('exit', die);
      if (options.units) removeCgroup(dir);
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

function writeHost(
  dir: string,
  { sudoers = '', prepare = '', shell = '/bin/sh', units }: SshHostOptions,
) {
  execFileSync('mkdir', ['-p', join(dir, 'bin'), join(dir, 'home')]);
  execFileSync('chown', ['4242:4242', join(dir, 'home')]);
  chmodSync(dir, 0o755);
  for (const name of ['host', 'user']) {
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(dir, name)]);
  }
  const hash = execFileSync(
    'perl',
    ['-e', 'print crypt($ARGV[0], "\\$6\\$returnpath")', PASSWORD],
    {
      encoding: 'utf8',
    },
  );
  const put = (name: string, text: string, mode = 0o644) => {
    writeFileSync(join(dir, name), text, { mode });
    chmodSync(join(dir, name), mode);
  };
  const own = (file: string, line: string) => `${readFileSync(file, 'utf8').trimEnd()}\n${line}\n`;
  put('passwd', own('/etc/passwd', `${USER}:x:4242:4242::${dir}/home:${shell}`));
  put('group', own('/etc/group', `${USER}:x:4242:`));
  put('shadow', own('/etc/shadow', `${USER}:${hash}:19000:0:99999:7:::`), 0o600);
  put('sudoers', `root ALL=(ALL:ALL) ALL\n${sudoers}\n`, 0o440);
  put('authorized', readFileSync(join(dir, 'user.pub'), 'utf8'));
  put(
    'sshd_config',
    [
      `Port ${PORT}`,
      'ListenAddress 0.0.0.0',
      `HostKey ${dir}/host`,
      `AuthorizedKeysFile ${dir}/authorized`,
      'StrictModes no',
      'UsePAM no',
      'PasswordAuthentication no',
      'PidFile /run/sshd.pid',
      '',
    ].join('\n'),
  );
  put('start.sh', startScript(dir, prepare, units));
}

function startScript(dir: string, prepare: string, units: string | undefined): string {
  return `set -e
ip link set lo up
ip addr add 10.0.0.210/32 dev lo
ip addr add 100.68.1.2/32 dev lo
ip link add lan0 type veth peer name lan1
ip addr add 10.0.0.1/24 dev lan0
ip link set lan0 up
ip link set lan1 up
ip neigh add 10.0.0.211 lladdr 02:00:00:00:00:99 dev lan0
mount -t tmpfs tmpfs /run
mkdir /run/sshd
for f in passwd group shadow sudoers; do mount --bind ${dir}/$f /etc/$f; done
${prepare}
$(PATH=$PATH:/usr/sbin command -v sshd) -D -f ${dir}/sshd_config &
until [ -e /run/sshd.pid ]; do sleep 0.01; done
${units === undefined ? 'echo ready\nexec sleep infinity' : systemdStart(dir, units)}
`;
}

/** `ssh` as the user would have it: with a configuration that names the key, in that network. */
function writeSsh(dir: string, pid: number): void {
  writeFileSync(
    join(dir, 'ssh_config'),
    [
      `IdentityFile ${dir}/user`,
      'IdentitiesOnly yes',
      `UserKnownHostsFile ${dir}/known_hosts`,
      'StrictHostKeyChecking accept-new',
      '',
    ].join('\n'),
  );
  const script = `#!/bin/sh\nexec nsenter -t ${pid} -n /usr/bin/ssh -F ${dir}/ssh_config "$@"\n`;
  writeFileSync(join(dir, 'bin/ssh'), script, { mode: 0o755 });
}

function ready(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (why: string) => reject(new Error(`Cannot start a host with sshd: ${why}`));
    const timer = setTimeout(() => fail('it was not ready in time'), READY_MS);
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      if (!text.includes('ready')) return;
      clearTimeout(timer);
      resolve();
    });
    child.once('exit', (code) => fail(`its start ended with ${code}`));
  });
}

function sshdOf(inner: number): number {
  const children = readFileSync(`/proc/${inner}/task/${inner}/children`, 'utf8').trim().split(' ');
  return Number(children[0]);
}
