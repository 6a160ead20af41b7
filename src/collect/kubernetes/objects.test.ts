import { describe, expect, test } from 'vitest';
import { csiPod } from './csi-pods.ts';
import { csiWorkload, withDrivers } from './csi-workloads.ts';
import { EventsByObject } from './events.ts';
import { hangingPod } from './hanging-pods.ts';
import { Event, Pod, Workload } from './schema.ts';
import { StorageIndex } from './storage-index.ts';
import { tailnetResource } from './tailnet.ts';
import { workloadOf } from './workload-of.ts';

describe('workloadOf()', () => {
  const meta = (kind: string, name: string, labels = {}) => ({
    name: 'x',
    namespace: 'media',
    labels,
    ownerReferences: [{ kind, name, controller: true }],
  });
  test.each([
    { meta: meta('ReplicaSet', 'app-7d4b', { 'pod-template-hash': '7d4b' }), is: 'Deployment app' },
    { meta: meta('ReplicaSet', 'lonely'), is: 'ReplicaSet lonely' },
    { meta: meta('StatefulSet', 'db'), is: 'StatefulSet db' },
    { meta: { name: 'x' }, is: 'undefined undefined' },
  ])('is $is', ({ meta: of, is }) => {
    const found = workloadOf({ creationTimestamp: null, deletionTimestamp: null, ...of } as never);
    expect(`${found?.kind} ${found?.name}`).toBe(is);
  });
});

describe('events', () => {
  const event = (more: object) =>
    Event.parse({
      involvedObject: { kind: 'Pod', namespace: 'media', name: 'jellyfin' },
      reason: 'FailedMount',
      message: 'mount.nfs: Connection timed out',
      ...more,
    });
  const POD = { kind: 'Pod', namespace: 'media', name: 'jellyfin' };

  test('are counted the old way and the new way, and merged', () => {
    const events = new EventsByObject();
    events.add(
      event({
        count: 5,
        firstTimestamp: '2026-01-01T02:41:00Z',
        lastTimestamp: '2026-01-01T02:50:00Z',
        source: { component: 'kubelet', host: 'talos-1' },
      }),
    );
    events.add(
      event({
        message: '(combined from similar events): mount.nfs: Connection timed out',
        eventTime: '2026-01-01T02:45:00.000000Z',
        series: { count: 3, lastObservedTime: '2026-01-01T02:55:00.000000Z' },
        reportingComponent: 'kubelet',
        reportingInstance: 'talos-1',
      }),
    );
    expect(events.about(POD)).toMatchObject([
      {
        count: 8,
        reporter: 'kubelet',
        nodeName: 'talos-1',
        firstUnixMs: Date.parse('2026-01-01T02:41:00Z'),
        lastUnixMs: Date.parse('2026-01-01T02:55:00Z'),
        signatures: [{ id: 'mount-nfs-timed-out' }],
      },
    ]);
  });

  test('of other objects are kept apart', () => {
    const events = new EventsByObject();
    events.add(event({}));
    expect(events.about({ ...POD, namespace: 'photos' })).toEqual([]);
  });
});

describe('hangingPod()', () => {
  const nothing = { storage: new StorageIndex(), events: new EventsByObject() };
  const pod = (status: object, spec: object = {}) =>
    Pod.parse({
      metadata: { name: 'p', namespace: 'media' },
      spec: { containers: [{ name: 'main' }], ...spec },
      status: { phase: 'Pending', ...status },
    });
  test.each([
    { is: 'ContainerCreating', status: {}, spec: { nodeName: 'talos-1' } },
    { is: 'Pending', status: {} },
    {
      is: 'Unschedulable',
      status: { conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable' }] },
    },
    {
      is: 'ImagePullBackOff',
      status: {
        containerStatuses: [{ name: 'main', state: { waiting: { reason: 'ImagePullBackOff' } } }],
      },
    },
    {
      is: 'CrashLoopBackOff',
      status: {
        initContainerStatuses: [
          { name: 'init', state: { waiting: { reason: 'CrashLoopBackOff' } } },
        ],
        containerStatuses: [{ name: 'main', state: { waiting: { reason: 'PodInitializing' } } }],
      },
    },
  ])('is $is', ({ status, is, spec = {} }) => {
    expect(hangingPod(pod(status, spec), nothing).reason).toBe(is);
  });

  test('follows volumes written into the pod, and ephemeral ones', () => {
    const volumes = [
      { name: 'a', nfs: { server: '10.0.0.210', path: '/x' } },
      { name: 'b', ephemeral: { volumeClaimTemplate: {} } },
      { name: 'c', emptyDir: {} },
    ];
    expect(hangingPod(pod({}, { volumes }), nothing).volumes).toEqual([
      { driver: 'kubernetes.io/nfs', server: '10.0.0.210' },
      { claim: 'p-b' },
    ]);
  });
});

describe('workloads of drivers', () => {
  const workload = (name: string, spec: object, labels = {}) =>
    Workload.parse({
      metadata: { name, namespace: 'kube-system', labels },
      spec: { template: { spec } },
    });
  const node = csiWorkload(
    'DaemonSet',
    workload('csi-nfs-node', {
      containers: [
        {
          name: 'node-driver-registrar',
          args: ['--kubelet-registration-path=/var/lib/kubelet/plugins/nfs.csi.k8s.io/csi.sock'],
        },
      ],
    }),
  );
  const controller = csiWorkload(
    'Deployment',
    workload('csi-nfs-controller', {
      containers: [{ name: 'csi-provisioner', image: 'x/csi-provisioner:v5' }],
    }),
  );

  test('node plugins are known by how they register, controllers by their sidecars', () => {
    expect(node).toMatchObject({ role: 'node', driver: 'nfs.csi.k8s.io' });
    expect(controller).toMatchObject({ role: 'controller', driver: undefined });
    const other = workload('coredns', { containers: [{ name: 'coredns', image: 'coredns' }] });
    expect(csiWorkload('Deployment', other)).toBeUndefined();
    expect(csiWorkload('DaemonSet', other)).toBeUndefined();
  });

  test('a controller that does not tell its driver is of the one beside it', () => {
    if (!node || !controller) throw new Error('both were found');
    expect(withDrivers([node, controller])[1]?.driver).toBe('nfs.csi.k8s.io');
    const second = { ...node, driver: 'other' };
    expect(withDrivers([node, second, controller])[2]?.driver).toBeUndefined();
  });

  test.each([
    { message: 'back-off 10s restarting failed container=x', ms: 10_000 },
    { message: 'back-off 2m40s restarting failed container=x', ms: 160_000 },
    { message: 'back-off 5m0s restarting failed container=x', ms: 300_000 },
    { message: 'something else', ms: undefined },
  ])('the next try is known from "$message"', ({ message, ms }) => {
    if (!controller) throw new Error('it was found');
    const pod = Pod.parse({
      metadata: {
        name: 'p',
        namespace: 'kube-system',
        ownerReferences: [{ kind: 'Deployment', name: 'csi-nfs-controller' }],
      },
      spec: { containers: [{ name: 'csi-provisioner' }] },
      status: {
        phase: 'Running',
        containerStatuses: [
          {
            name: 'csi-provisioner',
            restartCount: 7,
            state: { waiting: { reason: 'CrashLoopBackOff', message } },
            lastState: { terminated: { exitCode: 1, finishedAt: '2026-01-01T02:41:00Z' } },
          },
        ],
      },
    });
    const [container] = csiPod(pod, [controller])?.containers ?? [];
    expect(container).toMatchObject({ restarts: 7, lastExitCode: 1, backOffMs: ms });
    expect(container?.nextTryUnixMs).toBe(
      ms === undefined ? undefined : Date.parse('2026-01-01T02:41:00Z') + ms,
    );
  });
});

test('a ProxyGroup accepts routes when its class does', () => {
  const found = tailnetResource(
    'ProxyGroup',
    { metadata: { name: 'pg' }, spec: { proxyClass: 'accepting' } } as never,
    { acceptingClasses: new Set(['accepting']), pods: [] },
  );
  expect(found).toMatchObject({ acceptsRoutes: true, advertises: [], isExitNode: false });
});
