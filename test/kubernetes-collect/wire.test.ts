import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import { OutsideError } from '../../src/model/outside-error.ts';
import { openKubernetes } from '../../src/platform/kubernetes/kubernetes.ts';
import type { KubePage } from '../../src/ports/kubernetes.ts';
import { type FakeApi, startFakeApi } from './support/fake-api.ts';

const PODS = { version: 'v1', plural: 'pods' };
const signal = new AbortController().signal;
let api: FakeApi | undefined;
afterEach(async () => {
  await api?.close();
  api = undefined;
});

const json = (response: ServerResponse, code: number, body: unknown, headers = {}): void => {
  response.writeHead(code, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
};

async function listWith(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  api = await startFakeApi(answer, { token: 'planted' });
  const { kube } = await openKubernetes({ kubeconfig: api.kubeconfig });
  const pages: KubePage[] = [];
  try {
    const end = await kube.list({ resource: PODS }, (page) => pages.push(page), signal);
    return { end, items: pages.flatMap(({ items }) => items) };
  } finally {
    kube.close();
  }
}

describe('the client', () => {
  test('unpacks what was packed, and sends its token', async () => {
    const { items } = await listWith((request, response) => {
      expect(request.headers.authorization).toBe('Bearer planted');
      response.writeHead(200, { 'content-encoding': 'gzip' });
      response.end(gzipSync(JSON.stringify({ items: [1, 2, 3] })));
    });
    expect(items).toEqual([1, 2, 3]);
  });

  test('reads on from the present when the snapshot behind a list has ended', async () => {
    const { items, end } = await listWith((request, response) => {
      const token = new URL(request.url ?? '', 'http://x').searchParams.get('continue');
      if (token === null) json(response, 200, { items: [1], metadata: { continue: 'old' } });
      else if (token === 'old') json(response, 410, { metadata: { continue: 'new' } });
      else json(response, 200, { items: [2], metadata: {} });
    });
    expect(items).toEqual([1, 2]);
    expect(end).toEqual({ is: 'read', value: { items: 2, cutOff: false } });
  });

  test('asks an overloaded server again', async () => {
    let asked = 0;
    const { items } = await listWith((_request, response) => {
      asked += 1;
      if (asked < 3) json(response, 429, {}, { 'retry-after': '0' });
      else json(response, 200, { items: [1] });
    });
    expect(items).toEqual([1]);
  });

  test.each([
    {
      code: 401,
      body: { message: 'Unauthorized' },
      says: /does not accept the credentials: Unauthorized \(401\)/,
    },
    { code: 500, body: { message: 'etcdserver: request timed out' }, says: /etcdserver/ },
    { code: 503, body: 'busy', says: /HTTP 503/ },
  ])('turns $code into an error with a next step', async ({ code, body, says }) => {
    const error = await listWith((_request, response) =>
      json(response, code, body, { 'retry-after': '0' }),
    ).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(OutsideError);
    expect(String(error)).toMatch(says);
    expect((error as OutsideError).next).toBeTruthy();
    expect(String(error)).not.toContain('planted');
  });

  test('gets a token anew once when it was refused, however many were refused', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rp-plugin-'));
    const plugin = join(folder, 'plugin.sh');
    writeFileSync(
      plugin,
      `#!/bin/sh
echo x >>${folder}/runs
printf '{"kind":"ExecCredential","status":{"token":"t%s"}}' "$(wc -l <${folder}/runs | tr -d ' ')"`,
      { mode: 0o755 },
    );
    const exec = {
      apiVersion: 'client.authentication.k8s.io/v1',
      command: plugin,
      interactiveMode: 'Never',
    };
    api = await startFakeApi(
      (request, response) => {
        if (request.headers.authorization === 'Bearer t2') json(response, 200, { items: [1] });
        else json(response, 401, { message: 'expired' });
      },
      { exec },
    );
    const { kube } = await openKubernetes({ kubeconfig: api.kubeconfig });
    const ends = await Promise.all(
      [1, 2, 3].map(() => kube.list({ resource: PODS }, () => undefined, signal)),
    );
    kube.close();
    expect(ends.map(({ is }) => is)).toEqual(['read', 'read', 'read']);
    expect(readFileSync(join(folder, 'runs'), 'utf8')).toBe('x\nx\n');
    rmSync(folder, { recursive: true });
  });

  test('a refusal and an absent kind are answers', async () => {
    const { end } = await listWith((_request, response) =>
      json(response, 403, { message: 'pods is forbidden: User "x" cannot list resource "pods"' }),
    );
    expect(end).toMatchObject({ is: 'forbidden', lacks: { verb: 'list', resource: 'pods' } });
    await api?.close();
    const other = await listWith((_request, response) => json(response, 404, {}));
    expect(other.end).toEqual({ is: 'absent' });
  });

  test('says so when something else than an API answers', async () => {
    const error = await listWith((_request, response) => {
      response.end('<html>welcome</html>');
    }).catch((e: unknown) => e);
    expect(String(error)).toMatch(/Cannot list pods in all namespaces: the answer is no JSON/);
  });

  test('says so when nothing listens', async () => {
    api = await startFakeApi(() => undefined);
    const { kubeconfig } = api;
    const { kube } = await openKubernetes({ kubeconfig });
    const listening = api;
    await new Promise<void>((resolve) => {
      void listening.close().then(resolve);
    });
    api = undefined;
    const error = await kube.get('/version', signal).catch((e: unknown) => e);
    expect(String(error)).toMatch(/the connection was refused \(ECONNREFUSED\)/);
  });

  test('ends at once when it is aborted', async () => {
    api = await startFakeApi(() => undefined);
    const { kube } = await openKubernetes({ kubeconfig: api.kubeconfig });
    const abort = new AbortController();
    const asked = kube.get('/version', abort.signal);
    await expect.poll(() => api?.requests.length).toBe(1);
    abort.abort(new Error('enough'));
    await expect(asked).rejects.toThrow('enough');
  });
});
