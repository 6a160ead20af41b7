import { expect } from 'vitest';
import type { Lab } from '../../src/lab/start.ts';
import { LAB_API_KEY } from '../../src/lab/truenas/accounts.ts';
import { localApi } from './local-api.ts';
import { logInWithKey, type Message, type NasSocket, type NasWire } from './nas-wire.ts';

const JOB_LIMIT_MS = 20_000;
const BOOT_LOG = '/run/returnpath-lab/hosts/nas-tailscale/daemons-0.log';

/** The Tailscale app of a lab's NAS, looked at from all its sides. */
export interface NasApp {
  /** Logged in as a full administrator. */
  readonly socket: NasSocket;
  /** Fields of its form. */
  values(): Promise<Message>;
  containerId(): Promise<string | undefined>;
  /** Calls a job and waits for its end, as a client of the old form does. */
  finish(method: string, ...params: readonly unknown[]): Promise<Message>;
  /** Sends the whole form with some fields changed. */
  update(change: object): Promise<Message>;
  /** Runs the container's program. */
  tailscale(...words: readonly string[]): ReturnType<Lab['exec']>;
  routeAll(): Promise<boolean>;
  /** What its first process has said since it was last made. */
  bootLog(): Promise<string>;
  rules(): Promise<string>;
  /** Whether replies to the node go into the tunnel. */
  isCaptured(): Promise<boolean>;
}

export async function nasApp(lab: Lab, wire: NasWire): Promise<NasApp> {
  const socket = await wire.socket('/api/current');
  await logInWithKey(socket, 'truenas_admin', LAB_API_KEY);
  const output = async (...argv: readonly string[]) => (await lab.exec('nas', argv)).stdout;
  const route = ['ip', 'route', 'get', '10.0.0.197', 'from', '10.0.0.210'];

  async function values(): Promise<Message> {
    const { tailscale } = (await socket.result('app.config', 'tailscale')) as Message;
    return tailscale as Message;
  }

  async function finish(method: string, ...params: readonly unknown[]): Promise<Message> {
    const id = await socket.result(method, ...params);
    expect(id).toEqual(expect.any(Number));
    const job = () => socket.result('core.get_jobs', [['id', '=', id]], { get: true });
    await expect
      .poll(job, { timeout: JOB_LIMIT_MS })
      .toMatchObject({ state: expect.stringMatching(/SUCCESS|FAILED/) });
    return (await job()) as Message;
  }

  return {
    socket,
    values,
    finish,
    async containerId() {
      const choices = await socket.result('app.container_console_choices', 'tailscale');
      return Object.keys(choices as object)[0];
    },
    async update(change) {
      const tailscale = { ...(await values()), ...change };
      return await finish('app.update', 'tailscale', { values: { tailscale } });
    },
    tailscale: (...words) => lab.exec('nas-tailscale', ['tailscale', ...words]),
    async routeAll() {
      const { body } = await localApi(lab, { path: '/localapi/v0/prefs' });
      return (JSON.parse(body) as { RouteAll: boolean }).RouteAll;
    },
    bootLog: () => output('cat', BOOT_LOG),
    rules: () => output('ip', 'rule'),
    isCaptured: async () => (await output(...route)).includes('tailscale0'),
  };
}
