import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { OutsideError } from '../model/outside-error.ts';
import { unixHttp } from './unix-http.ts';

describe('unixHttp()', () => {
  let dir: string;
  let server: Server | undefined;
  const soon = () => AbortSignal.timeout(5000);
  const ask = (...names: string[]) => ({
    socketPaths: names.map((name) => join(dir, name)),
    method: 'GET' as const,
    path: '/localapi/v0/prefs',
    host: 'local-tailscaled.sock',
  });
  const serve = (answer: RequestListener) => {
    server = createServer(answer);
    return new Promise<void>((resolve) => server?.listen(join(dir, 'sock'), resolve));
  };

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'rp-unix-'));
  });
  afterEach(() => {
    server?.closeAllConnections();
    server?.close();
    rmSync(dir, { recursive: true });
  });

  test('uses the first path that somebody listens on', async () => {
    await serve((request, response) => response.end(`${request.headers.host}${request.url}`));
    writeFileSync(join(dir, 'file'), '');
    expect(await unixHttp(ask('none', 'file', 'sock'), soon())).toEqual({
      status: 200,
      body: 'local-tailscaled.sock/localapi/v0/prefs',
      socketPath: join(dir, 'sock'),
    });
  });

  test('sends no Origin and no Referer, which tailscaled refuses', async () => {
    await serve(({ headers }, response) => response.end(JSON.stringify(headers)));
    const { body } = await unixHttp(ask('sock'), soon());
    expect(Object.keys(JSON.parse(body)).toSorted()).toEqual(['connection', 'host']);
  });

  test('passes on an answer that is an error', async () => {
    await serve((_, response) => response.writeHead(403).end('prefs write access denied'));
    expect(await unixHttp(ask('sock'), soon())).toMatchObject({ status: 403 });
  });

  test('says of each path why it did not do', async () => {
    const asking = unixHttp(ask('none', 'other'), soon());
    await expect(asking).rejects.toThrow(OutsideError);
    await expect(asking).rejects.toThrow(/none: ENOENT, .*other: ENOENT$/);
  });

  test('an answer without an end is cut off', async () => {
    await serve((_, response) => {
      const block = 'x'.repeat(1024 * 1024);
      const more = () => {
        while (!response.destroyed && response.write(block));
        response.once('drain', more);
      };
      more();
    });
    await expect(unixHttp(ask('sock'), soon())).rejects.toThrow('longer than 32 MiB');
  });

  test('an answer that never comes ends with the abort', async () => {
    await serve(() => undefined);
    const stop = new AbortController();
    const asking = unixHttp(ask('sock'), stop.signal);
    stop.abort(new Error('enough'));
    await expect(asking).rejects.toThrow('enough');
  });
});
