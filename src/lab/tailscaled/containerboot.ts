import { existsSync, readFileSync } from 'node:fs';
import { LAB_DIR_ON_HOST } from '../init/host-script.ts';
import { runTailscale } from './cli/run.ts';

/** Name of the file, in the lab's folder of a container, with the environment it is started with. */
export const ENVIRONMENT_FILE = 'environment.json';

/** There, with the reason, once the container's first process has given up. */
export function bootFailureFile(host: string): string {
  return `${LAB_DIR_ON_HOST}/hosts/${host}/boot-failed`;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The environment of the container we are in; undefined where nobody has given it one. */
export function containerEnvironment(host: string): Environment | undefined {
  const path = `${LAB_DIR_ON_HOST}/hosts/${host}/${ENVIRONMENT_FILE}`;
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Environment) : undefined;
}

/**
 * What the image's first process does once tailscaled answers. With `TS_AUTH_ONCE` it brings the
 * node up only if it needs a log-in, and sets three preferences at every other start: the extra
 * arguments, and with them `--accept-routes`, reach `up` alone. Without, `up` runs at each start.
 * Source: tailscale cmd/containerboot main.go and tailscaled.go
 *
 * @throws {Error} With the program's words, if `up` or `set` fails.
 */
export async function containerboot(environment: Environment, needsLogin: boolean): Promise<void> {
  const once = environment['TS_AUTH_ONCE'] === 'true';
  if (!once || needsLogin) await tailscale(upArguments(environment));
  if (once) await tailscale(setArguments(environment));
}

function upArguments(environment: Environment): readonly string[] {
  const {
    TS_AUTHKEY: key,
    TS_ROUTES: routes,
    TS_HOSTNAME: name,
    TS_EXTRA_ARGS: extra,
  } = environment;
  return [
    'up',
    `--accept-dns=${environment['TS_ACCEPT_DNS'] === 'true'}`,
    ...(key ? [`--authkey=${key}`] : []),
    ...(routes ? [`--advertise-routes=${routes}`] : []),
    ...(name ? [`--hostname=${name}`] : []),
    ...(extra ?? '').split(/\s+/).filter(Boolean),
  ];
}

function setArguments(environment: Environment): readonly string[] {
  const { TS_ROUTES: routes, TS_HOSTNAME: name } = environment;
  return [
    'set',
    `--accept-dns=${environment['TS_ACCEPT_DNS'] === 'true'}`,
    ...(routes === undefined ? [] : [`--advertise-routes=${routes}`]),
    ...(name ? [`--hostname=${name}`] : []),
  ];
}

async function tailscale(argv: readonly string[]): Promise<void> {
  process.stdout.write(`boot: Running 'tailscale ${argv[0]}'\n`);
  const { exitCode, stderr } = await runTailscale(argv);
  if (exitCode !== 0) throw new Error(`tailscale ${argv[0]} failed: ${stderr.trim()}`);
}
