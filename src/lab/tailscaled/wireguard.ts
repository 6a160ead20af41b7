import { spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { run } from '../init/run.ts';
import { privateKey, wireguardKey } from '../tailnet/identity.ts';
import { type Acceptance, acceptedFrom, type Member, type NodeView } from '../tailnet/member.ts';

const DEVICE = 'tailscale0';
const CONTROL_SOCKET = `/var/run/wireguard/${DEVICE}.sock`;
/** On the lab's tmpfs: `wg` takes keys from files only. */
const KEY_FILE = `/var/run/wireguard/${DEVICE}.key`;
const WIREGUARD_PORT = 41_641;
/** tailscaled marks its own packets so, and rule 5210 keeps them out of the tunnel. */
const BYPASS_MARK = '0x80000';
/** Smallest MTU that IPv6 allows, and the one tailscaled uses. */
const MTU_BYTES = 1280;
/** Keeps the masquerading on the way alive; also what makes a peer shake hands at once. */
const KEEPALIVE_SECONDS = 25;
/** Start and handshake take milliseconds; a lost handshake is tried again after five seconds. */
const LIMIT_MS = 12_000;
const LOOK_EVERY_MS = 10;

/** A real WireGuard device in user space in place of the lab's cable. */
export interface Wireguard {
  /** Lets each peer send from, and be sent, exactly what this node accepts of it. */
  accept(peers: readonly NodeView[], acceptance: Acceptance): Promise<void>;
  /** Calls the peers whose address is known; resolves when each has answered. */
  connect(peers: readonly NodeView[]): Promise<void>;
}

/** @throws {Error} If wireguard-go or wg is missing, or the device does not come up. */
export async function startWireguard({ nodeId, hostName }: Member): Promise<Wireguard> {
  const daemon = spawn('wireguard-go', ['-f', DEVICE], { stdio: 'ignore' });
  let failure: Error | undefined;
  daemon.on('error', (error) => {
    failure = error;
  });
  await until('start wireguard-go', () => {
    if (failure) throw failure;
    return Promise.resolve(existsSync(CONTROL_SOCKET));
  });
  const key = privateKey({ nodeId, name: hostName }).toString('base64');
  writeFileSync(KEY_FILE, `${key}\n`, { mode: 0o600 });
  const settings = ['listen-port', String(WIREGUARD_PORT), 'fwmark', BYPASS_MARK];
  await run(['wg', 'set', DEVICE, 'private-key', KEY_FILE, ...settings]);
  await run(['ip', 'link', 'set', 'dev', DEVICE, 'addrgenmode', 'none']);
  await run(['ip', 'link', 'set', 'dev', DEVICE, 'mtu', String(MTU_BYTES), 'up']);
  return { accept, connect };
}

async function accept(peers: readonly NodeView[], acceptance: Acceptance): Promise<void> {
  const settings = peers
    .filter(({ member }) => member.tun)
    .flatMap((peer) => [
      ...['peer', wireguardKey(peer.member.key)],
      ...['allowed-ips', acceptedFrom(peer, acceptance).join(',')],
    ]);
  await run(['wg', 'set', DEVICE, ...settings]);
}

async function connect(peers: readonly NodeView[]): Promise<void> {
  const called = peers.flatMap(({ member: { tun, key, endpoint } }) =>
    tun && endpoint !== undefined ? [{ key: wireguardKey(key), endpoint }] : [],
  );
  const settings = called.flatMap(({ key, endpoint }) => [
    ...['peer', key, 'endpoint', endpoint],
    ...['persistent-keepalive', String(KEEPALIVE_SECONDS)],
  ]);
  await run(['wg', 'set', DEVICE, ...settings]);
  await until('shake hands with the peers', async () => {
    const handshakes = await run(['wg', 'show', DEVICE, 'latest-handshakes']);
    return called.every(({ key }) => !handshakes.includes(`${key}\t0\n`));
  });
}

async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + LIMIT_MS;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error(`Cannot ${what}: not within ${LIMIT_MS} ms`);
    await wait(LOOK_EVERY_MS);
  }
}
