import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { csiCredential } from '../collect/kubernetes/csi-credential.ts';
import { OutsideError } from '../model/outside-error.ts';
import { systemClock } from '../platform/clock.ts';
import { kubernetesOpener } from '../platform/open-vantage.ts';
import { atMost } from '../ports/at-most.ts';
import type { TruenasCredential, TruenasLogin } from '../ports/truenas.ts';
import { type ClusterOptions, kubeOptions } from './cluster-options.ts';
import { askOpenly, askSecretly } from './password.ts';
import { load } from './render.ts';

export interface TruenasOptions {
  readonly truenasKeyFile?: string;
  readonly truenasPassword?: boolean;
  readonly fingerprint?: string;
  readonly useCsiCredential?: boolean;
}

/** The lists of workloads and a few Secrets. */
const CLUSTER_MS = 10_000;

const KEY_VARIABLE = 'RETURNPATH_TRUENAS_KEY';

/** The options of every command that opens `truenas://` vantages. No secret is among them. */
export function withTruenasOptions(command: Command): Command {
  return command
    .option(
      '--truenas-key-file <file>',
      `API key of a TrueNAS; else $${KEY_VARIABLE}, or asked for`,
    )
    .option('--truenas-password', 'log in to a TrueNAS by password, which is asked for')
    .option('--use-csi-credential', 'log in to a TrueNAS with the key of democratic-csi there')
    .option('--fingerprint <sha256>', 'the certificate of the TrueNAS, from now on');
}

/** By user and place: asked for once, however often a command looks at the NAS. */
const known = new Map<string, Promise<TruenasCredential>>();
let keyFromEnvironment: string | undefined;

/** Programs that we start, ssh for one, have no business with it. */
function takenFromEnvironment(): string {
  const key = process.env[KEY_VARIABLE] ?? '';
  delete process.env[KEY_VARIABLE];
  return key;
}

/** How to get into a TrueNAS, from options, environment and whoever sits at the terminal. */
export function truenasLogin(options: TruenasOptions & ClusterOptions): TruenasLogin {
  const somebody = process.stdin.isTTY === true && process.stderr.isTTY === true;
  keyFromEnvironment ??= takenFromEnvironment();
  return {
    credential: ({ hosts, user }) => {
      const place = `${user ?? ''}@${hosts.join(',')}`;
      const credential = known.get(place) ?? credentialOf(options, { hosts, user, somebody });
      known.set(place, credential);
      return credential;
    },
    fingerprint: options.fingerprint,
    pinFile: join(stateFolder(), 'truenas-certificates.json'),
    ...(somebody
      ? { oneTimeCode: () => askSecretly('One-time code of the NAS: '), trust: askTrust }
      : {}),
  };
}

interface Asked {
  readonly hosts: readonly string[];
  readonly user: string | undefined;
  readonly somebody: boolean;
}

async function credentialOf(
  options: TruenasOptions & ClusterOptions,
  { hosts, user, somebody }: Asked,
): Promise<TruenasCredential> {
  const { truenasKeyFile, truenasPassword, useCsiCredential } = options;
  const [host = ''] = hosts;
  if (useCsiCredential) return lentByCsi(options, hosts);
  if (truenasPassword) {
    if (user === undefined || !somebody) throw noPassword(host, user);
    const password = await askSecretly(`Password of ${user} at ${host}: `);
    return { kind: 'password', username: user, password };
  }
  const key = (await keyOf(truenasKeyFile, { host, somebody })).trim();
  if (key === '') throw noKey(host, 'there is none');
  return { kind: 'api-key', key, ...(user === undefined ? {} : { username: user }) };
}

async function lentByCsi(
  options: ClusterOptions,
  hosts: readonly string[],
): Promise<TruenasCredential> {
  const kube = await kubernetesOpener().openCluster(kubeOptions(options));
  try {
    const signal = atMost(CLUSTER_MS);
    const found = await csiCredential(kube, hosts, { clock: systemClock, signal });
    if (found.is === 'found') {
      console.error(`logging in to ${hosts[0]} with the credential of ${found.from}`);
      return { ...found.credential, from: found.from };
    }
    const doing = `find the credential of a CSI driver for ${hosts[0]}`;
    throw new OutsideError({ doing, found: found.why, next: found.next });
  } finally {
    kube.close();
  }
}

async function keyOf(
  file: string | undefined,
  { host, somebody }: { readonly host: string; readonly somebody: boolean },
): Promise<string> {
  if (file !== undefined) return load(file);
  if (keyFromEnvironment) return keyFromEnvironment;
  if (!somebody) throw noKey(host, 'there is none, and nobody can be asked');
  return askSecretly(`API key for ${host}: `);
}

function noKey(host: string, found: string): OutsideError {
  return new OutsideError({
    doing: `find the API key for ${host}`,
    found,
    next: `--truenas-key-file FILE, or ${KEY_VARIABLE} in the environment; make one at Credentials > Users > API Keys`,
  });
}

function noPassword(host: string, user: string | undefined): OutsideError {
  return new OutsideError({
    doing: `log in to ${host} by password`,
    found: user === undefined ? 'no user was named' : 'nobody can be asked for it',
    next: user === undefined ? `truenas://USER@${host}` : 'run it at a terminal, or use an API key',
  });
}

async function askTrust({
  place,
  fingerprint,
}: {
  readonly place: string;
  readonly fingerprint: string;
}): Promise<boolean> {
  process.stderr.write(
    `Nobody vouches for the certificate of ${place}. It is\n  ${fingerprint}\nThe NAS shows its own at System > General Settings > GUI SSL Certificate.\n`,
  );
  const answer = await askOpenly('Trust it from now on? (yes/no) ');
  return answer.trim().toLowerCase() === 'yes';
}

/** Source: XDG Base Directory Specification; a relative path is to be ignored. */
function stateFolder(): string {
  const given = process.env['XDG_STATE_HOME'];
  const state = given?.startsWith('/') ? given : join(homedir(), '.local', 'state');
  return join(state, 'returnpath');
}
