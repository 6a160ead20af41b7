import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { startTestCluster, type TestCluster } from './support/cluster.ts';
import { clientOf, type RawClient } from './support/https.ts';

const TABLE = { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json' };
const AGGREGATED = {
  accept: 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json',
};
const configMap = (name: string, labels = {}) => ({ metadata: { name, labels }, data: { a: 'b' } });

describe('the Kubernetes API of the lab', () => {
  let cluster: TestCluster;
  let admin: RawClient;
  const clientFor = (name: string, groups: readonly string[] = []): RawClient =>
    clientOf(cluster.kubernetes.kubeconfigFor({ name, groups, by: 'token' }));

  beforeAll(async () => {
    cluster = await startTestCluster();
    admin = clientOf(
      cluster.kubernetes.kubeconfigFor({ name: 'admin', groups: ['system:masters'] }),
    );
  });
  afterAll(() => cluster.close());

  describe('discovery', () => {
    test('comes plain and aggregated, with the same resources', async () => {
      const plain = (await admin.ask('/apis/apps/v1')).json;
      expect(plain.resources.map(({ name }: { name: string }) => name)).toContain(
        'deployments/scale',
      );
      const { json, headers } = await admin.ask('/apis', { headers: AGGREGATED });
      expect(headers['content-type']).toContain('as=APIGroupDiscoveryList');
      const apps = json.items.find(
        ({ metadata }: { metadata: { name: string } }) => metadata.name === 'apps',
      );
      const names = apps.versions[0].resources.map(
        ({ resource }: { resource: string }) => resource,
      );
      expect(names).toEqual(['deployments', 'replicasets', 'daemonsets', 'statefulsets']);
      expect((await admin.ask('/apis/nothing.example')).status).toBe(404);
    });

    test('OpenAPI comes as JSON, as protobuf, and by group in version 3', async () => {
      const accept = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf';
      const protobuf = await admin.ask('/openapi/v2', { headers: { accept } });
      expect(protobuf.headers['content-type']).toBe(
        'application/com.github.proto-openapi.spec.v2.v1.0+protobuf',
      );
      expect(protobuf.text).toContain('io.k8s.api.core.v1.PodSpec');
      const index = (await admin.ask('/openapi/v3')).json.paths;
      const { json } = await admin.ask(index['apis/apps/v1'].serverRelativeURL);
      expect(json.components.schemas).toHaveProperty(['io.k8s.api.apps.v1.Deployment']);
      expect(Object.keys(index)).toContain('apis/tailscale.com/v1alpha1');
    });
  });

  describe('lists', () => {
    test('leave kind and version out of built-in items, and keep them in custom ones', async () => {
      const nodes = (await admin.ask('/api/v1/nodes')).json;
      expect(nodes).toMatchObject({ kind: 'NodeList', apiVersion: 'v1' });
      expect(nodes.items[0]).not.toHaveProperty('kind');
      const connectors = (await admin.ask('/apis/tailscale.com/v1alpha1/connectors')).json;
      expect(connectors.items[0]).toMatchObject({
        kind: 'Connector',
        apiVersion: 'tailscale.com/v1alpha1',
      });
    });

    test('page consistently while objects come and go', async () => {
      const path = '/api/v1/namespaces/default/configmaps';
      for (const name of ['p1', 'p2', 'p3', 'p4']) {
        await admin.ask(path, { method: 'POST', body: configMap(name, { paged: 'yes' }) });
      }
      const first = (await admin.ask(`${path}?limit=2&labelSelector=paged`)).json;
      expect(first.metadata.continue).toBeTruthy();
      await admin.ask(`${path}/p3`, { method: 'DELETE' });
      const token = encodeURIComponent(first.metadata.continue);
      const second = (await admin.ask(`${path}?limit=2&labelSelector=paged&continue=${token}`))
        .json;
      const names = [...first.items, ...second.items].map(({ metadata }) => metadata.name);
      expect(names).toEqual(['p1', 'p2', 'p3', 'p4']);
      expect(second.metadata.continue).toBeUndefined();
      expect((await admin.ask(`${path}?limit=2`)).json.metadata.remainingItemCount).toBeUndefined();
      expect(
        (await admin.ask('/api/v1/configmaps?limit=2')).json.metadata.remainingItemCount,
      ).toBeGreaterThan(0);
      expect((await admin.ask(`${path}?continue=bm90LWEtdG9rZW4`)).status).toBe(400);
      const old = Buffer.from(JSON.stringify({ rv: 1, start: 'a', resource: 'pods' })).toString(
        'base64url',
      );
      expect((await admin.ask(`${path}?continue=${old}`)).json).toMatchObject({
        code: 410,
        reason: 'Expired',
      });
    });

    test('come as tables with or without objects', async () => {
      const { json } = await admin.ask('/api/v1/pods', { headers: TABLE });
      expect(json.columnDefinitions.map(({ name }: { name: string }) => name).slice(0, 5)).toEqual([
        'Name',
        'Ready',
        'Status',
        'Restarts',
        'Age',
      ]);
      expect(json.rows[0].object.kind).toBe('PartialObjectMetadata');
      const bare = await admin.ask('/api/v1/pods?includeObject=None', { headers: TABLE });
      expect(bare.json.rows[0]).not.toHaveProperty('object');
    });

    test('refuse selectors they do not have', async () => {
      const { json } = await admin.ask('/api/v1/pods?fieldSelector=spec.colour%3Dred');
      expect(json).toMatchObject({
        code: 400,
        reason: 'BadRequest',
        message: 'field label not supported: spec.colour',
      });
      expect((await admin.ask('/api/v1/pods', { headers: { accept: 'text/html' } })).status).toBe(
        406,
      );
    });
  });

  describe('watches', () => {
    const path = '/api/v1/namespaces/default/configmaps';
    const types = (lines: readonly unknown[]) =>
      lines.map((line) => (line as { type: string }).type);

    test('go on from a resourceVersion, and see objects enter and leave a selection', async () => {
      const { resourceVersion } = (await admin.ask(path)).json.metadata;
      const watch = admin.stream(
        `${path}?watch=1&resourceVersion=${resourceVersion}&labelSelector=in%3Dyes`,
      );
      await admin.ask(path, { method: 'POST', body: configMap('w1', { in: 'yes' }) });
      await admin.ask(path, { method: 'POST', body: configMap('w2', { in: 'no' }) });
      const label = (value: string) => ({
        method: 'PATCH',
        headers: { 'content-type': 'application/merge-patch+json' },
        body: { metadata: { labels: { in: value } } },
      });
      await admin.ask(`${path}/w2`, label('yes'));
      await admin.ask(`${path}/w1`, label('no'));
      await admin.ask(`${path}/w2`, { method: 'DELETE' });
      await expect.poll(() => types(watch.lines)).toEqual(['ADDED', 'ADDED', 'DELETED', 'DELETED']);
      watch.close();
    });

    test('without a version begin with what there is, and mark its end when asked to', async () => {
      const watch = admin.stream(
        '/api/v1/nodes?watch=1&sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan',
      );
      await expect.poll(() => types(watch.lines)).toEqual(['ADDED', 'BOOKMARK']);
      expect(watch.lines[1]).toMatchObject({
        object: { metadata: { annotations: { 'k8s.io/initial-events-end': 'true' } } },
      });
      watch.close();
    });

    test('end when their time is up', async () => {
      const started = Date.now();
      await admin.ask('/api/v1/nodes?watch=1&timeoutSeconds=1');
      expect(Date.now() - started).toBeLessThan(5000);
    });
  });

  describe('access', () => {
    test('is refused without valid credentials, and to anonymous but for health and version', async () => {
      const stranger = clientOf(
        cluster.kubernetes
          .kubeconfigFor({ name: 'x', by: 'token' })
          .replace(/token: .*/, 'token: wrong'),
      );
      expect((await stranger.ask('/version')).json).toMatchObject({
        code: 401,
        reason: 'Unauthorized',
      });
      const nobody = clientOf(
        cluster.kubernetes.kubeconfigFor({ name: 'x', by: 'token' }).replace(/token: .*/, '{}'),
      );
      expect((await nobody.ask('/version')).status).toBe(200);
      expect((await nobody.ask('/api/v1/pods')).json.message).toBe(
        'pods is forbidden: User "system:anonymous" cannot list resource "pods" in API group "" at the cluster scope',
      );
    });

    test('follows roles and bindings, by name, subresource and namespace', async () => {
      const rules = [
        { apiGroups: [''], resources: ['pods', 'pods/log'], verbs: ['get', 'list'] },
        { apiGroups: [''], resources: ['secrets'], resourceNames: ['one'], verbs: ['get'] },
      ];
      const rbac = '/apis/rbac.authorization.k8s.io/v1/namespaces/media';
      await admin.ask(`${rbac}/roles`, {
        method: 'POST',
        body: { metadata: { name: 'look' }, rules },
      });
      const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'look' };
      const subjects = [{ kind: 'Group', apiGroup: 'rbac.authorization.k8s.io', name: 'lookers' }];
      await admin.ask(`${rbac}/rolebindings`, {
        method: 'POST',
        body: { metadata: { name: 'look' }, roleRef, subjects },
      });
      const looker = clientFor('ann', ['lookers']);
      expect((await looker.ask('/api/v1/namespaces/media/pods')).status).toBe(200);
      expect((await looker.ask('/api/v1/namespaces/photos/pods')).status).toBe(403);
      expect((await looker.ask('/api/v1/namespaces/media/secrets/one')).status).toBe(404);
      expect((await looker.ask('/api/v1/namespaces/media/secrets/two')).json.message).toBe(
        'secrets "two" is forbidden: User "ann" cannot get resource "secrets" in API group "" in the namespace "media"',
      );
      const review = (resourceAttributes: object) =>
        looker.ask('/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', {
          method: 'POST',
          body: { spec: { resourceAttributes } },
        });
      const mayLog = await review({
        namespace: 'media',
        verb: 'get',
        resource: 'pods',
        subresource: 'log',
      });
      expect(mayLog.json.status).toEqual({
        allowed: true,
        reason: 'RBAC: allowed by RoleBinding "look/media" of Role "look" to Group "lookers"',
      });
      expect(
        (await review({ namespace: 'media', verb: 'create', resource: 'pods' })).json.status,
      ).toEqual({ allowed: false });
    });

    test('can be tried as somebody else by those who may', async () => {
      const headers = { 'impersonate-user': 'bob' };
      expect((await admin.ask('/api/v1/pods', { headers })).json.message).toContain(
        'User "bob" cannot list resource "pods"',
      );
      expect((await clientFor('eve').ask('/api/v1/pods', { headers })).json.message).toContain(
        'User "eve" cannot impersonate resource "users"',
      );
      const whoami = await admin.ask('/apis/authentication.k8s.io/v1/selfsubjectreviews', {
        method: 'POST',
        headers,
        body: {},
      });
      expect(whoami.json.status.userInfo).toEqual({
        username: 'bob',
        groups: ['system:authenticated'],
      });
    });

    test('every request is in the audit log, with verb, object, user and answer, without bodies', async () => {
      await clientFor('auditee').ask('/api/v1/namespaces/media/secrets/x?watch=0');
      const found = () => cluster.kubernetes.audit.find(({ user }) => user.username === 'auditee');
      await expect.poll(found).toMatchObject({
        verb: 'get',
        objectRef: { resource: 'secrets', namespace: 'media', name: 'x', apiVersion: 'v1' },
        responseStatus: { code: 403 },
        sourceIPs: ['127.0.0.1'],
      });
    });
  });

  describe('exec', () => {
    const podPath = async (): Promise<string> => {
      await expect
        .poll(
          async () =>
            (await admin.ask('/api/v1/namespaces/media/pods?fieldSelector=status.phase%3DRunning'))
              .json.items.length,
          { timeout: 15_000 },
        )
        .toBeGreaterThan(0);
      const { items } = (
        await admin.ask('/api/v1/namespaces/media/pods?fieldSelector=status.phase%3DRunning')
      ).json;
      return `/api/v1/namespaces/media/pods/${items[0].metadata.name}/exec`;
    };
    /** Runs a command over one WebSocket and collects what each channel brought. */
    const run = async (protocol: string, query: string, begin: (socket: WebSocket) => void) => {
      const { url, options } = admin.tls;
      const socket = new WebSocket(`${url}${await podPath()}?${query}`, protocol, options);
      const channels: Record<number, string> = {};
      socket.on('open', () => begin(socket));
      socket.on('message', (data: Buffer) => {
        const channel = data[0] ?? -1;
        channels[channel] = (channels[channel] ?? '') + data.subarray(1).toString();
      });
      const closed = await new Promise<number>((resolve, reject) => {
        socket.on('close', resolve);
        socket.on('error', reject);
      });
      return { closed, channels, protocol: socket.protocol };
    };

    test('v5 can end its input, and ends with a status', async () => {
      const answer = await run('v5.channel.k8s.io', 'command=cat&stdin=1&stdout=1', (socket) => {
        socket.send(Buffer.from('\u0000hello'));
        socket.send(Buffer.from([255, 0]));
      });
      expect(answer).toMatchObject({
        closed: 1000,
        protocol: 'v5.channel.k8s.io',
        channels: { 1: 'hello' },
      });
      expect(JSON.parse(answer.channels[3] ?? '')).toEqual({ metadata: {}, status: 'Success' });
    });

    test('v4 brings the exit code of a command that fails', async () => {
      const query = 'command=sh&command=-c&command=echo+oops+%3E%262%3B+exit+3&stdout=1&stderr=1';
      const answer = await run('v4.channel.k8s.io', query, () => undefined);
      expect(answer.channels[2]).toBe('oops\n');
      expect(JSON.parse(answer.channels[3] ?? '')).toMatchObject({
        status: 'Failure',
        reason: 'NonZeroExitCode',
        details: { causes: [{ reason: 'ExitCode', message: '3' }] },
      });
    });

    test('what cannot be started ends with an error, not with silence', async () => {
      const answer = await run(
        'v4.channel.k8s.io',
        'command=no-such-command&stdout=1',
        () => undefined,
      );
      expect(JSON.parse(answer.channels[3] ?? '')).toMatchObject({
        status: 'Failure',
        reason: 'InternalError',
      });
    });

    test('is refused as a plain answer where it is not allowed', async () => {
      const { url, options } = clientFor('eve').tls;
      const socket = new WebSocket(
        `${url}${await podPath()}?command=true`,
        'v5.channel.k8s.io',
        options,
      );
      const why = await new Promise((resolve) =>
        socket.on('error', ({ message }) => resolve(message)),
      );
      expect(why).toBe('Unexpected server response: 403');
    });
  });
});
