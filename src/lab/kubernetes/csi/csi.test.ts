import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Server, ServerCredentials, status } from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createApi } from '../api/api.ts';
import { createCluster } from '../cluster.ts';
import type { Container, Pod } from '../kinds.ts';
import type { Ended } from '../kubelet/runner.ts';
import type { Program, ProgramContext } from '../programs.ts';
import { createRegistry } from '../resources/registry.ts';
import { createStore } from '../store/store.ts';
import { realTimer } from '../timer.ts';
import { connectCsi } from './grpc-client.ts';
import { grpcProxy } from './grpc-proxy.ts';
import { klogLine } from './klog.ts';
import { CSI, type ProbeAnswer } from './messages.ts';
import { NasTimeout } from './nas-http.ts';
import { SIDECARS } from './sidecars.ts';
import { axiosText, createTrueNasApi } from './truenas-api.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'csi-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** An Identity service on a socket, with an answer of the test's choice to Probe. */
async function startIdentity(
  name: string,
  probe: () => ProbeAnswer | { readonly code: number; readonly details: string },
): Promise<Server> {
  const server = new Server();
  server.addService(
    {
      GetPluginInfo: CSI.getPluginInfo,
      GetPluginCapabilities: CSI.getPluginCapabilities,
      Probe: CSI.probe,
    },
    {
      GetPluginInfo: (_: unknown, done: (error: null, answer: object) => void) =>
        done(null, { name: 'org.test', vendorVersion: '1' }),
      GetPluginCapabilities: (_: unknown, done: (error: null, answer: object) => void) =>
        done(null, {}),
      Probe: (_: unknown, done: (error: object | null, answer?: object) => void) => {
        const answer = probe();
        if ('code' in answer) done(answer);
        else done(null, answer);
      },
    },
  );
  await new Promise<void>((resolve, reject) => {
    server.bindAsync(`unix:${join(folder, name)}`, ServerCredentials.createInsecure(), (error) =>
      error ? reject(error) : resolve(),
    );
  });
  return server;
}

/** Runs a program on sockets of the test's folder; `stop` is its SIGTERM. */
function run(program: Program, env: Readonly<Record<string, string>> = {}) {
  const store = createStore();
  const registry = createRegistry(store);
  const around = {
    now: Date.now,
    newUid: () => 'u',
    suffix: () => 'x',
    serviceAddress: () => '',
    podSecurity: 'baseline',
  } as const;
  const cluster = createCluster(createApi({ store, registry, around }));
  store.put('namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'n' } });
  const container: Container = { name: 'c', image: 'i' };
  const pod: Pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', namespace: 'n' },
    spec: { containers: [container] },
  };
  const abort = new AbortController();
  const lines: string[] = [];
  const context: ProgramContext = {
    pod,
    container,
    env,
    timer: realTimer,
    cluster,
    apiDelayMs: () => 0,
    signal: abort.signal,
    log: (text) => lines.push(text),
    hostPath: (path) => join(folder, path.split('/').at(-1) ?? ''),
    readFile: () => undefined,
    onExec: () => undefined,
  };
  const ended = program(context);
  return { ended, lines, cluster, stop: () => abort.abort(new Error('SIGTERM')) };
}

const attacher = SIDECARS['registry.k8s.io/sig-storage/csi-attacher'] as Program;
const snapshotter = SIDECARS['registry.k8s.io/sig-storage/csi-snapshotter'] as Program;

describe('a sidecar', () => {
  test('exits 1 on a probe error, and names it', async () => {
    const server = await startIdentity('csi.sock', () => ({
      code: status.FAILED_PRECONDITION,
      details: 'TrueNAS api is unavailable: x',
    }));
    const { ended, lines } = run(attacher);
    expect(await ended).toEqual({ exitCode: 1 } satisfies Ended);
    expect(lines.at(-1)).toMatch(
      /^E.* CSI driver probe failed: rpc error: code = FailedPrecondition desc = TrueNAS api is unavailable: x$/,
    );
    server.forceShutdown();
  });

  test.each([
    { when: 'the driver is not ready', first: { ready: false }, says: 'CSI driver is not ready' },
    {
      when: 'the deadline passed',
      first: { code: status.DEADLINE_EXCEEDED, details: 'late' },
      says: 'CSI driver probe timed out',
    },
  ])('waits and asks again when $when, then leads', async ({ first, says }) => {
    let asked = 0;
    const server = await startIdentity('csi.sock', () => {
      asked += 1;
      return asked === 1 ? first : { ready: undefined };
    });
    const { ended, lines, cluster, stop } = run(attacher);
    const lease = () =>
      cluster.get('leases.coordination.k8s.io', 'n/external-attacher-leader-org-test');
    await expect.poll(() => lease()?.spec.holderIdentity, { timeout: 5000 }).toBe('p');
    expect(lines.join('\n')).toContain(says);
    stop();
    expect(await ended).toEqual({ exitCode: 2 });
    server.forceShutdown();
  });

  test('exits when the connection goes, and leaves a message', async () => {
    const server = await startIdentity('csi.sock', () => ({ ready: true }));
    const { ended, cluster } = run(attacher);
    await expect.poll(() => cluster.list('leases.coordination.k8s.io').length).toBe(1);
    server.forceShutdown();
    expect(await ended).toEqual({ exitCode: 1, message: 'Lost connection to CSI driver, exiting' });
  });

  test('that snapshots asks for the name first, and wraps what it says', async () => {
    const server = await startIdentity('csi.sock', () => ({ code: status.INTERNAL, details: 'x' }));
    const { ended, lines } = run(snapshotter);
    await ended;
    expect(lines.findIndex((line) => line.includes('GetPluginInfo'))).toBeLessThan(
      lines.findIndex((line) => line.includes('Identity/Probe')),
    );
    expect(lines.at(-1)).toContain(
      'error waiting for CSI driver to be ready: CSI driver probe failed: rpc error: code = Internal desc = x',
    );
    server.forceShutdown();
  });
});

describe('grpcProxy', () => {
  const env = {
    BIND_TO: 'unix:///csi-data/csi.sock',
    PROXY_TO: 'unix:///csi-data/csi.sock.internal',
  };

  test('relays calls both ways with their status, and answers 502 when the driver is gone', async () => {
    let answer: ProbeAnswer | { code: number; details: string } = { ready: false };
    const server = await startIdentity('csi.sock.internal', () => answer);
    const { ended, stop } = run(grpcProxy, env);
    const connection = connectCsi(join(folder, 'csi.sock'));
    await connection.connected(5000);
    const probe = () => connection.call(CSI.probe, {}, 5000);
    expect(await probe()).toEqual({ ready: false });
    answer = { code: status.FAILED_PRECONDITION, details: 'no NAS' };
    await expect(probe()).rejects.toThrow('rpc error: code = FailedPrecondition desc = no NAS');
    server.forceShutdown();
    await expect(probe()).rejects.toThrow(
      'rpc error: code = Unavailable desc = unexpected HTTP status code received from server: 502 (Bad Gateway); malformed header: missing HTTP content-type',
    );
    // a driver that comes back is found again over the same connection
    rmSync(join(folder, 'csi.sock.internal'), { force: true });
    const again = await startIdentity('csi.sock.internal', () => ({ ready: true }));
    await expect
      .poll(() => probe().catch(() => undefined), { timeout: 5000 })
      .toEqual({ ready: true });
    connection.close();
    stop();
    expect(await ended).toEqual({ exitCode: 2 });
    again.forceShutdown();
  });
});

describe('createTrueNasApi()', () => {
  const connection = {
    protocol: 'https',
    host: '10.0.0.210',
    port: 443,
    apiKey: '1-key',
    allowInsecure: true,
  };
  const api = (send: Parameters<typeof createTrueNasApi>[1]['send'], now = () => 0) =>
    createTrueNasApi(connection, { send, now });
  const answer = (code: number, body: string) => async () => ({
    status: code,
    statusText: 'Text',
    headers: {},
    body,
  });

  test('asks for the version with a limit of 5 s, and remembers a good answer for a minute', async () => {
    const asks: object[] = [];
    let now = 0;
    const { systemVersion } = api(
      async (ask) => {
        asks.push(ask);
        return { status: 200, statusText: 'OK', headers: {}, body: '"TrueNAS-25.04.2"' };
      },
      () => now,
    );
    expect(await systemVersion()).toBe('TrueNAS-25.04.2');
    now = 59_000;
    await systemVersion();
    expect(asks).toHaveLength(1);
    expect(asks[0]).toMatchObject({
      url: 'https://10.0.0.210:443/api/v2.0/system/version/',
      timeoutMs: 5000,
      rejectUnauthorized: false,
      headers: { Authorization: 'Bearer 1-key' },
    });
    now = 61_000;
    await systemVersion();
    expect(asks).toHaveLength(2);
  });

  test('a silent NAS fills errors and leaves responses empty', async () => {
    const { systemVersion } = api(() => Promise.reject(new NasTimeout('x')));
    await expect(systemVersion()).rejects.toThrow(
      'FreeNAS error getting system version info: {"errors":{"v2":"AxiosError: timeout of 5000ms exceeded"},"responses":{}}',
    );
  });

  test('a refused key fills responses, with the key the driver sent', async () => {
    const { systemVersion } = api(answer(401, ''));
    await expect(systemVersion()).rejects.toThrow(
      /"errors":{},"responses":{"v2":{"statusText":"Text".*Bearer 1-key/,
    );
  });

  test('a version contract broken by the NAS is told with its body', async () => {
    const { createDataset } = api(
      answer(422, '{"x":[{"message":"Extra inputs are not permitted"}]}'),
    );
    await expect(createDataset({ name: 'tank/v' })).rejects.toThrow(
      'code: 422 body: {"x":[{"message":"Extra inputs are not permitted"}]}',
    );
    await expect(
      api(answer(422, '"already exists"')).createDataset({ name: 'tank/v' }),
    ).resolves.toBeUndefined();
  });

  test.each([
    ['connect ECONNREFUSED 10.0.0.210:443', 'Error: connect ECONNREFUSED 10.0.0.210:443'],
    ['self-signed certificate', 'Error: self-signed certificate'],
    ['getaddrinfo ENOTFOUND nas.lan', 'Error: getaddrinfo ENOTFOUND nas.lan'],
  ])('"%s" is told as "%s"', (message, text) => {
    expect(axiosText(new Error(message), 5000)).toBe(text);
  });
});

describe('klogLine()', () => {
  test('has the header of klog', () => {
    const nowUnixMs = Date.parse('2026-01-02T03:04:05.678Z');
    expect(klogLine('E', 'main.go:1', { text: 'x', nowUnixMs })).toBe(
      'E0102 03:04:05.678000       1 main.go:1] x',
    );
  });
});
