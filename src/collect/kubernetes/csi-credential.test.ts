import { describe, expect, test } from 'vitest';
import { fakeClock } from '../../../test/support/fake-clock.ts';
import type { KubeAnswer, KubeRight, Kubernetes } from '../../ports/kubernetes.ts';
import { csiCredential } from './csi-credential.ts';

const HOSTS = ['10.0.0.210', '100.68.1.2'];

function controller(name: string, env: readonly object[] = []) {
  return {
    metadata: { name, namespace: 'democratic-csi' },
    spec: {
      template: {
        spec: {
          containers: [
            { name: 'external-provisioner', image: 'registry.k8s.io/sig-storage/csi-provisioner' },
            { name: 'csi-driver', image: 'democraticcsi/democratic-csi', env },
          ],
          volumes: [{ name: 'config', secret: { secretName: `${name}-config` } }],
        },
      },
    },
  };
}

/** A cluster with some deployments and Secrets; `null` is one that may not be read. */
function cluster(
  deployments: readonly object[],
  secrets: Readonly<Record<string, string | null>>,
): Kubernetes {
  const lacks: KubeRight = { verb: 'get', resource: 'secrets', namespace: 'democratic-csi' };
  return {
    server: 'https://cluster',
    list: (ask: { resource: { plural: string } }, onPage: (page: object) => void) => {
      const items = ask.resource.plural === 'deployments' ? deployments : [];
      onPage({ items, columns: [] });
      return Promise.resolve({ is: 'read', value: { items: items.length, cutOff: false } });
    },
    read: ({ name }: { name: string }): Promise<KubeAnswer<unknown>> => {
      const text = secrets[name];
      if (text === null) return Promise.resolve({ is: 'forbidden', lacks, message: 'no' });
      if (text === undefined) return Promise.resolve({ is: 'absent' });
      const data = { 'driver-config-file.yaml': Buffer.from(text).toString('base64') };
      return Promise.resolve({ is: 'read', value: { data } });
    },
  } as unknown as Kubernetes;
}

function find(kube: Kubernetes) {
  return csiCredential(kube, HOSTS, { clock: fakeClock(), signal: AbortSignal.timeout(5000) });
}

const http = (more: string) =>
  `driver: freenas-api-nfs\nhttpConnection:\n  protocol: https\n${more}`;

describe('csiCredential()', () => {
  test('finds the key of the driver that uses this server, and names the Secret', async () => {
    const kube = cluster([controller('other'), controller('hdd')], {
      'other-config': http('  host: 10.0.0.99\n  apiKey: wrong-key'),
      'hdd-config': http('  host: 100.68.1.2\n  apiKey: 1-the-key'),
    });
    expect(await find(kube)).toEqual({
      is: 'found',
      credential: { kind: 'api-key', key: '1-the-key' },
      from: 'Secret democratic-csi/hdd-config',
    });
  });

  test('takes user and password where there is no key, and fills in its environment', async () => {
    const kube = cluster([controller('hdd', [{ name: 'NAS', value: '10.0.0.210' }])], {
      'hdd-config': http('  host: ${NAS}\n  username: root\n  password: 12345'),
    });
    expect(await find(kube)).toMatchObject({
      credential: { kind: 'password', username: 'root', password: '12345' },
    });
  });

  test.each([
    { when: 'no driver is there', secrets: {}, why: /of 0 Secrets/ },
    {
      when: 'none is for this server',
      secrets: { 'hdd-config': http('  host: 10.0.0.99\n  apiKey: a-key') },
      why: /of 1 Secrets of democratic-csi none is for 10\.0\.0\.210 or 100\.68\.1\.2/,
    },
    {
      when: 'it holds neither key nor password',
      secrets: { 'hdd-config': http('  host: 10.0.0.210') },
      why: /none is for/,
    },
    {
      when: 'it may not be read',
      secrets: { 'hdd-config': null },
      why: /not allowed: get secrets/,
    },
    { when: 'it is no YAML', secrets: { 'hdd-config': 'a: [' }, why: /none is for/ },
  ])('says why there is none when $when', async ({ secrets, why }) => {
    const deployments = Object.keys(secrets).length > 0 ? [controller('hdd')] : [];
    const found = await find(cluster(deployments, secrets));
    expect(found).toMatchObject({ is: 'none', why: expect.stringMatching(why) });
    expect(JSON.stringify(found)).not.toMatch(/a-key/);
  });
});
