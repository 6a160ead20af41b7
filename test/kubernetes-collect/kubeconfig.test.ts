import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { OutsideError } from '../../src/model/outside-error.ts';
import { credentialsOf } from '../../src/platform/kubernetes/credentials.ts';
import { loadKubeTarget } from '../../src/platform/kubernetes/kubeconfig.ts';
import { kubeconfigText } from './support/fake-api.ts';

const SERVER = 'https://10.0.0.197:6443';
const SECRET = 'planted-secret-0123456789';
let folder: string;
const write = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};
const headersFor = async (user: object, options = {}) => {
  const kubeconfig = write('user', kubeconfigText(SERVER, user));
  const target = await loadKubeTarget({ kubeconfig, ...options }, {});
  const credentials = credentialsOf(target);
  const { headers } = await credentials.access(new AbortController().signal);
  credentials.close();
  return headers;
};

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rp-kubeconfig-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('loadKubeTarget()', () => {
  test('takes the current context, with its namespace', async () => {
    const kubeconfig = write('plain', kubeconfigText(SERVER, { token: 't' }));
    const target = await loadKubeTarget({ kubeconfig }, {});
    expect(target).toMatchObject({
      context: 'home',
      namespace: 'media',
      cluster: { server: SERVER },
      user: { token: 't' },
    });
  });

  test('reads every file of KUBECONFIG, the first one counts, and one that is missing is skipped', async () => {
    const first = write('a', kubeconfigText(SERVER, { token: 'first' }));
    const second = write(
      'b',
      kubeconfigText('https://other', { token: 'second' }).replaceAll('home', 'work'),
    );
    const env = { KUBECONFIG: [join(folder, 'none'), first, second].join(':') };
    expect((await loadKubeTarget({}, env)).user.token).toBe('first');
    const work = await loadKubeTarget({ context: 'work' }, env);
    // both files call their user "me"
    expect(work).toMatchObject({ cluster: { server: 'https://other' }, user: { token: 'first' } });
  });

  test('falls back to ~/.kube/config', async () => {
    mkdirSync(join(folder, '.kube'));
    write('.kube/config', kubeconfigText(SERVER, {}));
    expect((await loadKubeTarget({}, { HOME: folder })).cluster.server).toBe(SERVER);
  });

  test.each([
    { options: { context: 'nope' }, says: /use the context "nope".*has no such context/ },
    { options: { cluster: 'nope' }, says: /use the cluster "nope"/ },
    { options: { user: 'nope' }, says: /use the user "nope"/ },
  ])('names what is there when $options is not', async ({ options, says }) => {
    const kubeconfig = write('plain', kubeconfigText(SERVER, {}));
    const error = await loadKubeTarget({ kubeconfig, ...options }, {}).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(OutsideError);
    expect((error as OutsideError).message).toMatch(says);
    expect((error as OutsideError).next).toMatch(/one of: (home|me)/);
  });

  test.each([
    { what: 'a file that is not there', text: undefined, says: /there is no such file/ },
    { what: 'broken YAML', text: `users:\n - {token: ${SECRET}\n  x: [`, says: /in line \d/ },
    {
      what: 'YAML of something else',
      text: SECRET,
      says: /it is no kubeconfig|sets no current-context/,
    },
    {
      what: 'an entry without a name',
      text: `users: [{user: {token: ${SECRET}}}]`,
      says: /users\[0\]/,
    },
  ])('refuses $what without showing any of it', async ({ text, says }) => {
    const kubeconfig = text === undefined ? join(folder, 'none') : write('broken', text);
    const error = await loadKubeTarget({ kubeconfig }, {}).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(OutsideError);
    expect((error as OutsideError).message).toMatch(says);
    expect(JSON.stringify([String(error), (error as OutsideError).next])).not.toContain(SECRET);
  });

  test('says what to do where there is nothing at all', async () => {
    await expect(loadKubeTarget({}, { HOME: '/nowhere' })).rejects.toThrow(
      /^Cannot find a cluster: there is no \/nowhere\/.kube\/config$/,
    );
  });

  test('takes a proxy from the kubeconfig, else from the environment', async () => {
    const env = { HTTPS_PROXY: 'http://proxy:1' };
    const plain = write('plain', kubeconfigText(SERVER, {}));
    const own = write('own', kubeconfigText(SERVER, {}, { 'proxy-url': 'socks5://own:2' }));
    expect((await loadKubeTarget({ kubeconfig: plain }, env)).cluster.proxyUrl).toBe(
      'http://proxy:1',
    );
    expect((await loadKubeTarget({ kubeconfig: own }, env)).cluster.proxyUrl).toBe(
      'socks5://own:2',
    );
  });
});

describe('credentials', () => {
  const script = (name: string, body: string): string => {
    const path = write(name, `#!/bin/sh\n${body}`);
    chmodSync(path, 0o755);
    return path;
  };

  test('a token, a password, a token file', async () => {
    write('token', SECRET);
    expect(await headersFor({ token: 't' })).toMatchObject({ Authorization: 'Bearer t' });
    expect(await headersFor({ username: 'u', password: 'p' })).toMatchObject({
      authorization: `Basic ${Buffer.from('u:p').toString('base64')}`,
    });
    expect(await headersFor({ tokenFile: 'token' })).toMatchObject({
      Authorization: `Bearer ${SECRET}`,
    });
  });

  test('--as and --as-group stand over the file, the file over nothing', async () => {
    const user = { token: 't', as: 'file', 'as-groups': ['g1', 'g2'] };
    expect(await headersFor(user)).toMatchObject({
      'impersonate-user': 'file',
      'impersonate-group': ['g1', 'g2'],
    });
    const headers = await headersFor(user, { as: 'flag' });
    expect(headers).toMatchObject({ 'impersonate-user': 'flag' });
    expect(headers).not.toHaveProperty('impersonate-group');
  });

  test('a plugin beside the kubeconfig is told about the cluster and gives a token', async () => {
    script(
      'plugin.sh',
      `case $KUBERNETES_EXEC_INFO in *'"server":"${SERVER}"'*) t=$MINE-$1;; esac
printf '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"token":"%s"}}' "$t"`,
    );
    const exec = {
      apiVersion: 'client.authentication.k8s.io/v1',
      command: './plugin.sh',
      args: ['x'],
      env: [{ name: 'MINE', value: 'm' }],
      interactiveMode: 'Never',
      provideClusterInfo: true,
    };
    expect(await headersFor({ exec })).toMatchObject({ Authorization: 'Bearer m-x' });
  });

  test.each([
    { what: 'is missing', command: '/nowhere/plugin', says: /there is no such program/ },
    { what: 'fails', command: './fails.sh', says: /your session has ended/ },
    { what: 'prints nonsense', command: './odd.sh', says: /printed no ExecCredential/ },
  ])('a plugin that $what is an error with a next step', async ({ command, says }) => {
    script('fails.sh', 'echo "your session has ended" >&2; exit 1');
    script('odd.sh', `echo ${SECRET}`);
    const exec = {
      apiVersion: 'client.authentication.k8s.io/v1',
      command,
      interactiveMode: 'Never',
    };
    const error = await headersFor({ exec }).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(OutsideError);
    expect(String(error)).toMatch(says);
    expect(String(error)).not.toContain(SECRET);
    expect((error as OutsideError).next).toBeTruthy();
  });
});
