import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { timeText } from '../../../src/lab/kubernetes/api/api.ts';
import type { KubeUser } from '../../../src/lab/kubernetes/api-server.ts';
import { nodeHttp } from '../../../src/lab/kubernetes/csi/nas-http.ts';
import { homelabPrograms } from '../../../src/lab/kubernetes/csi/programs.ts';
import { homelabObjects } from '../../../src/lab/kubernetes/homelab/homelab.ts';
import type { Exec } from '../../../src/lab/kubernetes/http/exec.ts';
import { nodeMount } from '../../../src/lab/kubernetes/kubelet/nfs-mount.ts';
import type { StartContainer } from '../../../src/lab/kubernetes/kubelet/runner.ts';
import {
  ADMIN,
  type Kubernetes,
  type KubernetesOptions,
  startKubernetes,
} from '../../../src/lab/kubernetes/start.ts';
import { type FakeNas, type NasMode, startFakeNas } from './nas.ts';

/** A homelab on loopback, with a folder of its own. */
export interface TestCluster {
  readonly kubernetes: Kubernetes;
  readonly nas: FakeNas;
  /** Path of a kubeconfig file of the administrator. */
  readonly adminConfig: string;
  /** A kubeconfig file of another user. */
  configFor(user: KubeUser): string;
  close(): Promise<void>;
}

export const API_KEY = '1-planted-in-the-driver-config';

export async function startTestCluster({
  nasMode = 'well',
  driverCrashes = () => false,
  ...options
}: Partial<KubernetesOptions> & {
  readonly nasMode?: NasMode;
  readonly driverCrashes?: () => boolean;
} = {}): Promise<TestCluster> {
  const folder = mkdtempSync(join(tmpdir(), 'rpk-'));
  const nas = await startFakeNas();
  nas.become(nasMode);
  const settings = {
    protocol: 'http',
    host: '127.0.0.1',
    port: nas.apiPort,
    apiKey: API_KEY,
    allowInsecure: true,
  } as const;
  const kubernetes = await startKubernetes({
    listen: { host: '127.0.0.1', port: 0 },
    nodes: [{ name: 'talos-1', address: '10.0.0.197', podNetwork: '10.244.0' }],
    objects: homelabObjects({
      nas: settings,
      nodeNames: ['talos-1'],
      routerNode: 'talos-1',
      routerTailnetAddress: '100.68.1.1',
      advertises: ['10.0.0.197/32', '10.0.0.231/32', '10.0.0.210/32', '10.0.0.1/32'],
      nowText: timeText(Date.now()),
    }),
    stateDir: folder,
    backOffScale: 100,
    mountTimeoutMs: 1000,
    runners: {
      programs: homelabPrograms(nodeHttp, driverCrashes),
      start: startProcess,
      exec: execProcess,
      mount: (ask) => nodeMount({ ...ask, port: nas.nfsPort }),
    },
    ...options,
  });
  let files = 0;
  const configFor = (user: KubeUser): string => {
    files += 1;
    const path = join(folder, `kubeconfig-${files}`);
    writeFileSync(path, kubernetes.kubeconfigFor(user), { mode: 0o600 });
    return path;
  };
  return {
    kubernetes,
    nas,
    adminConfig: configFor(ADMIN),
    configFor,
    async close() {
      await kubernetes.close();
      await nas.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Containers that are none of the lab's programs run as processes of this machine. */
const startProcess: StartContainer = ({ container, env, log }) => {
  const [command = 'true', ...args] = [...(container.command ?? []), ...(container.args ?? [])];
  const child = spawn(command, args, { env: { PATH: process.env['PATH'], ...env } });
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => log(chunk.toString().trimEnd()));
  }
  return {
    ended: new Promise((resolve) => {
      child.on('error', (error) => {
        log(error.message);
        resolve({ exitCode: 127 });
      });
      child.on('close', (code) => resolve({ exitCode: code ?? 137 }));
    }),
    stop: () => child.kill('SIGKILL'),
  };
};

const execProcess: Exec = ({ argv, streams }) =>
  new Promise((resolve, reject) => {
    const [command = 'true', ...args] = argv;
    const child = spawn(command, args);
    child.on('error', reject);
    child.stdin.on('error', () => undefined);
    streams.stdin.pipe(child.stdin);
    child.stdout.on('data', (chunk: Buffer) => streams.stdout.write(chunk));
    child.stderr.on('data', (chunk: Buffer) => streams.stderr.write(chunk));
    child.on('close', (code) => resolve(code ?? 137));
    streams.signal.addEventListener('abort', () => child.kill('SIGKILL'), { once: true });
  });
