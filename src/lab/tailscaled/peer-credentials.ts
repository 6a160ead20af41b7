import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { Socket } from 'node:net';
import { delimiter, join } from 'node:path';

/**
 * Node.js has no getsockopt(). Perl and Python have; each gets the connection as standard input
 * and prints the user id of the other end (SO_PEERCRED of unix(7): pid, uid, gid).
 */
const READERS: readonly (readonly string[])[] = [
  ['perl', '-e', 'print((unpack "i3", getsockopt STDIN, 1, 17)[1])'],
  [
    'python3',
    '-Sc',
    'import socket,struct;print(struct.unpack("3i",socket.socket(fileno=0).getsockopt(1,17,12))[1])',
  ],
];
const READ_LIMIT_MS = 2_000;

/** Tells who is at the other end of a unix socket. */
export type PeerUid = (socket: Socket) => Promise<number | undefined>;

/** The first of perl and python3 that this machine has, or `undefined`. */
export function findPeerUid(): PeerUid | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const reader = READERS.find(([command = '']) =>
    folders.some((folder) => existsSync(join(folder, command))),
  );
  return reader && ((socket) => ask(reader, socket));
}

function ask(reader: readonly string[], socket: Socket): Promise<number | undefined> {
  const fd = descriptorOf(socket);
  if (fd === undefined) return Promise.resolve(undefined);
  const [command = '', ...args] = reader;
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      stdio: [fd, 'pipe', 'ignore'],
      timeout: READ_LIMIT_MS,
    });
    let text = '';
    child.stdout?.on('data', (chunk) => {
      text += chunk;
    });
    child.on('error', () => resolve(undefined));
    child.on('close', () => resolve(/^\d+\s*$/.test(text) ? Number(text) : undefined));
  });
}

/** Undocumented, but what every release of Node.js on Linux has. */
function descriptorOf(socket: Socket): number | undefined {
  const handle = (socket as { _handle?: { fd?: number } })._handle;
  return handle?.fd !== undefined && handle.fd >= 0 ? handle.fd : undefined;
}
