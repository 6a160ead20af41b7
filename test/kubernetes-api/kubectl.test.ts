import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeWith } from '../support/needs.ts';
import { startTestCluster, type TestCluster } from './support/cluster.ts';
import { type Kubectl, kubectlWith, startKubectl } from './support/kubectl.ts';

const WEB = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, labels: { app: web } }
spec:
  replicas: 2
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      containers:
        - name: web
          image: docker.io/traefik/whoami:v1.11.0
          ports: [{ containerPort: 80 }]
---
apiVersion: v1
kind: ConfigMap
metadata: { name: settings }
data: { colour: blue, size: large }
`;

const SHELL_POD = (name: string, script: string) => `
apiVersion: v1
kind: Pod
metadata: { name: ${name}, labels: { app: ${name} } }
spec:
  restartPolicy: Never
  automountServiceAccountToken: false
  containers:
    - name: main
      image: docker.io/library/busybox:1.37.0
      command: [sh, -c, ${JSON.stringify(script)}]
`;

describeWith(['kubectl'], 'the real kubectl against the lab', () => {
  let cluster: TestCluster;
  let kubectl: Kubectl;
  /** kubectl in the namespace of the test, which has to succeed. */
  const ok = async (args: readonly string[], stdin?: string): Promise<string> => {
    const answer = await kubectl(args, stdin === undefined ? {} : { stdin });
    expect(answer, `${args.join(' ')}: ${answer.stderr}`).toMatchObject({ code: 0 });
    return answer.stdout;
  };
  const namespace = async (name: string): Promise<readonly string[]> => {
    await ok(['create', 'namespace', name]);
    return ['-n', name];
  };

  beforeAll(async () => {
    cluster = await startTestCluster();
    kubectl = kubectlWith(cluster.adminConfig);
    await ok(['wait', '--for=condition=Ready', 'pod', '--all', '-A', '--timeout=20s']);
  });
  afterAll(() => cluster.close());

  test('get prints the tables it knows from a real cluster', async () => {
    const pods = await ok(['get', 'pods', '-n', 'democratic-csi']);
    expect(pods).toMatch(/^NAME +READY +STATUS +RESTARTS +AGE$/m);
    expect(pods).toMatch(/^democratic-csi-hdd-controller-\S+ +6\/6 +Running +0 +\d+s$/m);
    expect(pods).toMatch(/^democratic-csi-nvme-node-\S+ +4\/4 +Running +0 +\d+s$/m);
    const wide = await ok(['get', 'nodes', '-o', 'wide']);
    expect(wide).toMatch(/^talos-1 +Ready +control-plane +\d+s +v1\.32\.4 +10\.0\.0\.197 /m);
    expect(await ok(['get', 'pvc', '-A'])).toMatch(
      /jellyfin-data +Bound +pvc-\S+ +50Gi +RWX +truenas-hdd/,
    );
    expect(await ok(['get', 'cn'])).toMatch(
      /^homelab-subnet-router +10\.0\.0\.197\/32,\S+ +false +false +ConnectorCreated +\d+s$/m,
    );
  });

  test('get takes selectors, sorts, pages and prints any form', async () => {
    const names = async (...args: string[]) =>
      (await ok(['get', 'pods', '-A', '-o', 'name', ...args])).trim().split('\n').sort();
    const all = await names();
    expect(await names('--chunk-size=2')).toEqual(all);
    const controllers = 'app.kubernetes.io/component=controller-linux';
    expect(await names('-l', controllers)).toHaveLength(2);
    expect(
      await names('-l', `${controllers},app.kubernetes.io/instance in (democratic-csi-hdd)`),
    ).toHaveLength(1);
    expect(await names('--field-selector', 'spec.nodeName=talos-1')).toEqual(all);
    expect(await ok(['get', 'pods', '-A', '--field-selector', 'status.phase!=Running'])).toBe('');
    const path = '{.items[*].metadata.name}';
    expect(await ok(['get', 'ns', '-o', `jsonpath=${path}`])).toContain('democratic-csi');
    expect(await ok(['get', 'events', '-A', '--sort-by=.lastTimestamp'])).toContain('Scheduled');
  });

  test('describe shows a pod with its volumes and events, and a node with its pods', async () => {
    const pod = await ok([
      'describe',
      'pod',
      '-n',
      'media',
      '-l',
      'app.kubernetes.io/name=jellyfin',
    ]);
    expect(pod).toMatch(/^Controlled By: +ReplicaSet\/jellyfin-/m);
    expect(pod).toMatch(/ClaimName: +jellyfin-data/);
    expect(pod).toMatch(
      /Normal +Scheduled +\d+s +default-scheduler +Successfully assigned media\/jellyfin-/,
    );
    const node = await ok(['describe', 'node', 'talos-1']);
    expect(node).toMatch(/lab\.returnpath\.dev\/back-off-scale: 100/);
    expect(node).toMatch(/democratic-csi +democratic-csi-hdd-controller-/);
    for (const kind of [
      'deploy',
      'ds',
      'sts',
      'rs',
      'pvc',
      'pv',
      'sc',
      'csinode',
      'ns',
      'cn',
      'secret',
    ]) {
      expect(await ok(['describe', kind, '-A']), kind).toMatch(/^Name:/m);
    }
  });

  test('create, apply, diff, scale, label, patch and delete change what they say', async () => {
    const at = await namespace('writes');
    expect(await ok(['apply', ...at, '-f', '-'], WEB)).toMatch(
      /web created[\s\S]*settings created/,
    );
    expect(await ok(['apply', ...at, '-f', '-'], WEB)).toMatch(
      /web unchanged[\s\S]*settings unchanged/,
    );
    const changed = WEB.replace('colour: blue, ', '').replace('replicas: 2', 'replicas: 1');
    expect((await kubectl(['diff', ...at, '-f', '-'], { stdin: changed })).code).toBe(1);
    expect(await ok(['apply', ...at, '-f', '-'], changed)).toMatch(
      /web configured[\s\S]*settings configured/,
    );
    // what apply no longer names is gone, what it never named stays
    expect(await ok(['get', ...at, 'cm', 'settings', '-o', 'jsonpath={.data}'])).toBe(
      '{"size":"large"}',
    );
    await ok(['rollout', ...at, 'status', 'deploy/web', '--timeout=20s']);
    await ok(['scale', ...at, 'deploy/web', '--replicas=3']);
    await ok(['label', ...at, 'deploy/web', 'tier=front']);
    await ok(['annotate', ...at, 'deploy/web', 'note=hello']);
    const container = { name: 'web', env: [{ name: 'A', value: 'b' }] };
    const strategic = { spec: { template: { spec: { containers: [container] } } } };
    await ok(['patch', ...at, 'deploy/web', '-p', JSON.stringify(strategic)]);
    await ok([
      'patch',
      ...at,
      'deploy/web',
      '--type=json',
      '-p',
      '[{"op":"remove","path":"/metadata/annotations/note"}]',
    ]);
    await ok([
      'patch',
      ...at,
      'deploy/web',
      '--type=merge',
      '-p',
      '{"metadata":{"labels":{"tier":null}}}',
    ]);
    const left = JSON.parse(await ok(['get', ...at, 'deploy/web', '-o', 'json'])) as {
      metadata: { labels: object; annotations: object };
      spec: { replicas: number; template: { spec: { containers: unknown[] } } };
    };
    expect(left.metadata.labels).toEqual({ app: 'web' });
    expect(left.metadata.annotations).not.toHaveProperty('note');
    expect(left.spec.replicas).toBe(3);
    expect(left.spec.template.spec.containers).toMatchObject([
      { name: 'web', image: 'docker.io/traefik/whoami:v1.11.0', env: [{ name: 'A', value: 'b' }] },
    ]);
    await ok(['rollout', ...at, 'status', 'deploy/web', '--timeout=20s']);
    await ok(['delete', ...at, '-f', '-', '--timeout=20s'], WEB);
    await ok(['wait', ...at, '--for=delete', 'pod', '-l', 'app=web', '--timeout=20s']);
    await ok(['delete', 'ns', 'writes', '--timeout=20s']);
    expect((await kubectl(['get', 'ns', 'writes'])).stderr).toContain(
      'namespaces "writes" not found',
    );
  });

  test('server-side apply merges by owner, and tells who is in the way', async () => {
    const at = await namespace('owners');
    const flags = ['--server-side', ...at, '-f', '-'];
    await ok(['apply', ...flags, '--field-manager=one'], WEB);
    const theirs = WEB.replace('replicas: 2', 'replicas: 5');
    const refused = await kubectl(['apply', ...flags, '--field-manager=two'], { stdin: theirs });
    expect(refused.code).not.toBe(0);
    expect(refused.stderr).toContain('conflict with "one" using apps/v1: .spec.replicas');
    await ok(['apply', ...flags, '--field-manager=two', '--force-conflicts'], theirs);
    const replicas = ['get', ...at, 'deploy/web', '-o', 'jsonpath={.spec.replicas}'];
    expect(await ok(replicas)).toBe('5');
    // `two` lets go of a key only it owns: it goes
    const mine = (data: object): string =>
      JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings' }, data });
    await ok(['apply', ...flags, '--field-manager=two'], mine({ extra: '1' }));
    await ok(['apply', ...flags, '--field-manager=two'], mine({}));
    const data = ['get', ...at, 'cm', 'settings', '-o', 'jsonpath={.data}'];
    expect(JSON.parse(await ok(data))).toEqual({ colour: 'blue', size: 'large' });
  });

  test('what is wrong with an object is said in the words of the real server', async () => {
    const refusal = async (object: unknown): Promise<string> =>
      (await kubectl(['create', '-f', '-'], { stdin: JSON.stringify(object) })).stderr;
    const pod = (spec: object, name = 'x') => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name },
      spec,
    });
    const containers = [{ name: 'a', image: 'b' }];
    expect(await refusal(pod({ containers, hostNet: true }))).toContain(
      'strict decoding error: unknown field "spec.hostNet"',
    );
    expect(await refusal(pod({ containers: [] }))).toContain('spec.containers: Required value');
    expect(await refusal(pod({ containers }, 'Not_A_Name'))).toContain(
      'a lowercase RFC 1123 subdomain',
    );
    expect(await refusal(pod({ containers, hostNetwork: true }))).toContain(
      'pods "x" is forbidden: violates PodSecurity "baseline:latest": host namespaces (hostNetwork=true)',
    );
    const missing = await kubectl(['get', 'deploy', 'nowhere']);
    expect(missing.stderr).toBe(
      'Error from server (NotFound): deployments.apps "nowhere" not found\n',
    );
  });

  test('logs come whole, by tail, by container, of the run before, and as they are written', async () => {
    const at = await namespace('logs');
    await ok(
      ['apply', ...at, '-f', '-'],
      SHELL_POD('talker', 'for i in 1 2 3; do echo line $i; done; sleep 0.4; echo line 4'),
    );
    await ok([
      'wait',
      ...at,
      '--for=jsonpath={.status.phase}=Succeeded',
      'pod/talker',
      '--timeout=20s',
    ]);
    expect(await ok(['logs', ...at, 'talker'])).toBe('line 1\nline 2\nline 3\nline 4\n');
    expect(await ok(['logs', ...at, 'talker', '--tail=1'])).toBe('line 4\n');
    expect(await ok(['logs', ...at, 'talker', '--timestamps', '--tail=1'])).toMatch(
      /^\d{4}-\d\d-\d\dT\S+Z line 4\n$/,
    );
    const driver = ['logs', '-n', 'democratic-csi', 'deploy/democratic-csi-hdd-controller'];
    expect(await ok([...driver, '-c', 'csi-driver'])).toContain('csi-mode: controller');
    expect(await ok([...driver, '-c', 'external-provisioner'])).toContain(
      'CSI driver name: "org.democratic-csi.hdd"',
    );
    expect((await kubectl([...driver, '-c', 'csi-driver', '--previous'])).stderr).toContain(
      'previous terminated container "csi-driver" in pod',
    );
    await ok(['apply', ...at, '-f', '-'], SHELL_POD('slow', 'echo early; sleep 0.5; echo late'));
    await ok(['wait', ...at, '--for=condition=Ready', 'pod/slow', '--timeout=20s']);
    expect(await ok(['logs', ...at, '-f', 'slow'])).toBe('early\nlate\n');
  });

  test('exec carries streams both ways, exit codes and large output', async () => {
    const exec = ['exec', '-n', 'media', 'deploy/jellyfin', '--'];
    const answer = await kubectl([...exec, 'sh', '-c', 'echo out; echo err >&2; exit 7']);
    expect(answer).toMatchObject({ code: 7, stdout: 'out\n' });
    expect(answer.stderr).toContain('err\n');
    const stdin = 'x'.repeat(300_000);
    const echoed = await kubectl(['exec', '-i', '-n', 'media', 'deploy/jellyfin', '--', 'cat'], {
      stdin,
    });
    expect(echoed.stdout).toBe(stdin);
    const nowhere = await kubectl([
      'exec',
      '-n',
      'media',
      'deploy/jellyfin',
      '-c',
      'other',
      '--',
      'true',
    ]);
    expect(nowhere.stderr).toContain('container other is not valid for pod');
  });

  test('watch and wait see changes as they happen', async () => {
    const at = await namespace('watched');
    const watcher = startKubectl(cluster.adminConfig, ['get', 'cm', ...at, '-w', '--no-headers']);
    let seen = '';
    watcher.stdout?.on('data', (chunk: Buffer) => {
      seen += chunk.toString();
    });
    const until = (text: string) => expect.poll(() => seen, { timeout: 10_000 }).toContain(text);
    await until('kube-root-ca.crt');
    await ok(['create', ...at, 'cm', 'fresh', '--from-literal=a=b']);
    await until('fresh');
    await ok(['label', ...at, 'cm', 'fresh', 'x=y']);
    await ok(['delete', ...at, 'cm', 'fresh']);
    await expect.poll(() => seen.match(/fresh/g)?.length, { timeout: 10_000 }).toBe(3);
    const gone = new Promise((resolve) => watcher.on('close', resolve));
    watcher.kill();
    await gone;
  });

  test('delete takes owners with dependents, in the background, in the foreground, or leaves them', async () => {
    const at = await namespace('owned');
    const pods = async () =>
      (await ok(['get', ...at, 'pods', '-o', 'name'])).trim().split('\n').filter(Boolean);
    for (const cascade of ['background', 'foreground']) {
      await ok(['apply', ...at, '-f', '-'], WEB);
      await ok(['rollout', ...at, 'status', 'deploy/web', '--timeout=20s']);
      await ok(['delete', ...at, 'deploy/web', `--cascade=${cascade}`, '--timeout=20s']);
      await ok(['wait', ...at, '--for=delete', 'pod', '-l', 'app=web', '--timeout=20s']);
      expect(await ok(['get', ...at, 'rs', '-o', 'name'])).toBe('');
    }
    await ok(['apply', ...at, '-f', '-'], WEB);
    await ok(['rollout', ...at, 'status', 'deploy/web', '--timeout=20s']);
    await ok(['delete', ...at, 'deploy/web', '--cascade=orphan', '--timeout=20s']);
    expect(await pods()).toHaveLength(2);
    await ok(['delete', ...at, 'rs', '--all', '--timeout=20s']);
    await ok(['wait', ...at, '--for=delete', 'pod', '-l', 'app=web', '--timeout=20s']);
  });

  test('explain, api-resources and custom definitions work from discovery and OpenAPI', async () => {
    expect(await ok(['explain', 'pod.spec.hostNetwork'])).toMatch(/FIELD: hostNetwork <boolean>/);
    expect(await ok(['explain', 'connector.spec.subnetRouter'])).toMatch(
      /advertiseRoutes\s+<\[\]string> -required-/,
    );
    expect(await ok(['explain', 'deploy', '--output=plaintext-openapiv2'])).toMatch(
      /KIND: +Deployment/,
    );
    const kinds = await ok(['api-resources', '--no-headers']);
    for (const row of [
      /^connectors +cn +tailscale\.com\/v1alpha1 +false +Connector$/m,
      /^pods +po +v1 +true +Pod$/m,
    ]) {
      expect(kinds).toMatch(row);
    }
    const definition = {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'lamps.example.org' },
      spec: {
        group: 'example.org',
        scope: 'Namespaced',
        names: { kind: 'Lamp', plural: 'lamps', singular: 'lamp' },
        versions: [
          {
            name: 'v1',
            served: true,
            storage: true,
            schema: {
              openAPIV3Schema: {
                type: 'object',
                properties: {
                  spec: { type: 'object', properties: { watts: { type: 'integer' } } },
                },
              },
            },
          },
        ],
      },
    };
    await ok(['apply', '-f', '-'], JSON.stringify(definition));
    await ok(['wait', '--for=condition=Established', 'crd/lamps.example.org', '--timeout=10s']);
    const lamp = (watts: unknown) =>
      JSON.stringify({
        apiVersion: 'example.org/v1',
        kind: 'Lamp',
        metadata: { name: 'desk' },
        spec: { watts },
      });
    expect(await ok(['apply', '-f', '-'], lamp(5))).toContain('lamp.example.org/desk created');
    expect(await ok(['apply', '-f', '-'], lamp(7))).toContain('configured');
    expect((await kubectl(['apply', '-f', '-'], { stdin: lamp('bright') })).code).not.toBe(0);
    expect(await ok(['get', 'lamp', 'desk', '-o', 'jsonpath={.spec.watts}'])).toBe('7');
  });
});
