import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, test } from 'vitest';
import { canBootSystemd } from './systemd-start.ts';

/** Is put where a test's own systemd finds it. */
export const NETWORKD_UNIT = '/lib/systemd/system/systemd-networkd.service';

/** Succeeds exactly if the machine can do it; each is tried, none is guessed from a name. */
const TRIALS = {
  /** Namespaces as root, or in a user namespace of our own. */
  namespaces: () => runs('unshare', [...userFlag(), '-fpmn', '--mount-proc', 'true']),
  root: () => process.getuid?.() === 0 && runs('unshare', ['-n', 'true']),
  /** An ordinary user may make a user namespace; tried as nobody. */
  'unprivileged-namespaces': () =>
    runs('setpriv', [
      '--reuid=65534',
      '--regid=65534',
      '--clear-groups',
      'unshare',
      '-Urn',
      'true',
    ]),
  ip: () => runs('ip', ['-V']),
  tcpdump: () => runs('tcpdump', ['--version']),
  nft: () => runs('unshare', [...userFlag(), '-n', 'nft', 'list', 'ruleset']),
  sshd: () => runs('sh', ['-c', 'PATH=$PATH:/usr/sbin command -v sshd && command -v ssh']),
  sudo: () => runs('sudo', ['-V']),
  wireguard: () => runs('sh', ['-c', 'command -v wireguard-go && command -v wg']),
  ping: () => runs('ping', ['-V']),
  curl: () => runs('curl', ['--version']),
  nc: () => runs('sh', ['-c', 'command -v nc']),
  bash: () => runs('bash', ['--version']),
  busybox: () => runs('busybox', ['true']),
  openssl: () => runs('openssl', ['version']),
  python3: () => runs('python3', ['-c', 'import pty']),
  'net-tools': () => runs('sh', ['-c', 'PATH=$PATH:/sbin command -v netstat && command -v route']),
  systemd: canBootSystemd,
  networkd: () => existsSync(NETWORKD_UNIT) && existsSync('/lib/systemd/systemd-networkd'),
  kubectl: () => speaksWebSocket(kubectlPath()),
} as const;

export type Capability = keyof typeof TRIALS;

const known = new Map<Capability, boolean>();

/** Whether this machine can do `capability`; tried once a process. */
export function can(capability: Capability): boolean {
  const answer = known.get(capability) ?? TRIALS[capability]();
  known.set(capability, answer);
  return answer;
}

/**
 * A `describe` that is skipped, by name, where the machine lacks something. With
 * `RETURNPATH_REQUIRE_ALL=1` the lack is a failure instead.
 */
export function describeWith(needs: readonly Capability[], title: string, body: () => void): void {
  const lacking = needs.filter((need) => !can(need));
  if (lacking.length === 0) {
    describe(title, body);
    return;
  }
  const label = `${title} [needs ${lacking.join(', ')}]`;
  if (process.env['RETURNPATH_REQUIRE_ALL'] !== '1') {
    describe.skip(label, body);
    return;
  }
  describe(label, () => {
    test('runs on this machine', () => {
      throw new Error(`Cannot run "${title}": this machine lacks ${lacking.join(', ')}`);
    });
  });
}

/** `RETURNPATH_KUBECTL`, else what scripts/fetch-kubectl.mjs fetched, else the machine's own. */
export function kubectlPath(): string {
  const fetched = fileURLToPath(new URL('../../.cache/kubectl/kubectl', import.meta.url));
  return process.env['RETURNPATH_KUBECTL'] ?? (existsSync(fetched) ? fetched : 'kubectl');
}

/** kubectl execs over WebSocket since 1.30; older ones know only SPDY, which the lab does not. */
function speaksWebSocket(kubectl: string): boolean {
  const options = { encoding: 'utf8', timeout: 10_000 } as const;
  const { stdout } = spawnSync(kubectl, ['version', '--client', '-o', 'json'], options);
  return Number(/"minor": "(\d+)/.exec(stdout ?? '')?.[1] ?? 0) >= 30;
}

function userFlag(): readonly string[] {
  return process.getuid?.() === 0 ? [] : ['-Ur'];
}

function runs(command: string, args: readonly string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore', timeout: 10_000 }).status === 0;
}
