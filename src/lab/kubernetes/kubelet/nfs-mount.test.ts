import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { createNfsProgram } from '../../host/nfs.ts';
import { createRpcServer } from '../../host/rpc-server.ts';
import { nodeMount } from './nfs-mount.ts';
import type { MountAsk } from './runner.ts';

const servers: { readonly server: Server; readonly sockets: Set<Socket> }[] = [];
afterEach(async () => {
  for (const { server, sockets } of servers.splice(0)) {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  }
});

/** A server that does this with each call. */
function serve(answer: (call: Buffer, socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('data', (call: Buffer) => answer(call, socket));
  });
  servers.push({ server, sockets });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

const ask = (port: number, more: Partial<MountAsk> = {}): MountAsk => ({
  pod: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec: { containers: [] } },
  protocol: 'nfs',
  server: '127.0.0.1',
  port,
  share: '/x',
  timeoutMs: 300,
  signal: new AbortController().signal,
  ...more,
});

/** Record mark, the call's xid, REPLY, then accepted (0) or denied (1). */
function reply(call: Buffer, state: number): Buffer {
  const bytes = Buffer.alloc(28);
  bytes.writeUInt32BE(0x8000_0018, 0);
  call.copy(bytes, 4, 4, 8);
  bytes.writeUInt32BE(1, 8);
  bytes.writeUInt32BE(state, 12);
  return bytes;
}

describe('nodeMount', () => {
  test('sends a NULL call for NFS version 4 and takes the answer', async () => {
    const calls: Buffer[] = [];
    const port = await serve((bytes, socket) => {
      calls.push(bytes);
      socket.write(reply(bytes, 0));
    });
    expect(await nodeMount(ask(port))).toEqual({ is: 'mounted' });
    const [call = Buffer.alloc(0)] = calls;
    const words = Array.from({ length: 6 }, (_, at) => call.readUInt32BE(8 + at * 4));
    expect(words.slice(0, 5)).toEqual([0, 2, 100_003, 4, 0]);
    expect(call.readUInt32BE(0)).toBe(0x8000_0000 + call.length - 4);
  });

  test('tells silence, refusal and denial apart', async () => {
    expect(await nodeMount(ask(await serve(() => undefined)))).toEqual({ is: 'timed-out' });
    expect(
      await nodeMount(ask(await serve((call, socket) => socket.write(reply(call, 1))))),
    ).toEqual({ is: 'denied' });
    const port = await serve(() => undefined);
    const { server } = servers.pop() ?? {};
    await new Promise((resolve) => server?.close(resolve));
    expect(await nodeMount(ask(port))).toEqual({ is: 'refused' });
  });

  test.each([
    { denies: false, outcome: 'mounted' },
    { denies: true, outcome: 'denied' },
  ])('looks up the export: denying $denies, $outcome', async ({ denies, outcome }) => {
    const server = createRpcServer([createNfsProgram(() => denies)], () => false);
    servers.push({ server, sockets: new Set() });
    const port = await new Promise<number>((resolve) => {
      server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
    });
    expect(await nodeMount(ask(port, { share: '/mnt/tank/k8s' }))).toEqual({ is: outcome });
  });

  test('an iSCSI portal only has to accept', async () => {
    expect(await nodeMount(ask(await serve(() => undefined), { protocol: 'iscsi' }))).toEqual({
      is: 'mounted',
    });
  });

  test('ends when the pod goes', async () => {
    const abort = new AbortController();
    const mount = nodeMount(
      ask(await serve(() => undefined), { timeoutMs: 60_000, signal: abort.signal }),
    );
    abort.abort();
    expect(await mount).toEqual({ is: 'timed-out' });
  });
});
