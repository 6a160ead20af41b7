import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { findPeerUid } from './peer-credentials.ts';

describe('findPeerUid()', () => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  test('finds nobody to ask where neither perl nor python is', () => {
    vi.stubEnv('PATH', '/nonexistent');
    expect(findPeerUid()).toBeUndefined();
  });

  test.skipIf(findPeerUid() === undefined)('tells who is at the other end', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'returnpath-peer-'));
    const server = createServer();
    const accepted = new Promise<Socket>((resolve) => server.once('connection', resolve));
    await new Promise<void>((resolve) => server.listen(join(folder, 'socket'), resolve));
    const client = connect(join(folder, 'socket'));
    const socket = await accepted;
    expect(await findPeerUid()?.(socket)).toBe(process.getuid?.());
    client.destroy();
    socket.destroy();
    server.close();
    rmSync(folder, { recursive: true });
  });
});
