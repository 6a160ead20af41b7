import { describe, expect, test } from 'vitest';
import { caseOf, probe, SERVER } from '../../test/support/case.ts';
import {
  apiUnavailable,
  clusterCaseOf,
  clusterFacts,
  controllerPod,
  crashing,
  logged,
} from '../../test/support/cluster-case.ts';
import { snapshotHost } from '../../test/support/host-facts.ts';
import type { CounterSample, KernelRoute, SocketState } from '../model/observation.ts';
import type { Case } from './cause.ts';
import { noReturnRouteToPods } from './no-return-route-to-pods.ts';
import { podNetworkBroken } from './pod-network-broken.ts';

const POD = '10.244.0.11';
const AT = 1_000_000;
const answered = [probe('answered', 1)];
const silent = [probe('timed-out', 5500)];
const control = (outcome: 'answered' | 'timed-out') => [
  probe(outcome, outcome === 'answered' ? 1 : 5500, 'control'),
];

function pairOf(seen: { readonly pod: Case; readonly node: Case }) {
  const client = { id: 'connector', name: 'ts-router', address: POD, facts: undefined };
  return { node: seen.node, pod: { ...seen.pod, client } };
}

const healthyNode = caseOf({ probes: answered, controls: control('answered') });
/** The driver in the pod network has no answer. */
const cluster = clusterFacts({
  csiPods: [controllerPod(crashing('external-attacher', 1))],
  logs: [
    logged(
      'csi-driver',
      apiUnavailable('{"errors":{"v2":"AxiosError: timeout of 5000ms exceeded"}}'),
    ),
  ],
});

function caseWith(pod: Case, node: Case = healthyNode) {
  return clusterCaseOf({ cluster, cases: [node], podCases: [pairOf({ pod, node })] });
}

describe('pod-network-broken', () => {
  const cut = caseOf({ probes: silent, controls: control('timed-out') });

  test('is likely when a pod reaches nothing that its node reaches', () => {
    expect(podNetworkBroken.judge(caseWith(cut))).toMatchObject({
      is: 'present',
      certainty: 'likely',
      affects: [{ kind: 'Deployment', name: 'democratic-csi-hdd-controller' }],
    });
  });

  test.each([
    { value: '0', certainty: 'proven' },
    { value: '1', certainty: 'likely' },
  ])('is $certainty when the node has ip_forward $value', ({ value, certainty }) => {
    const facts = snapshotHost({ sysctls: { 'net.ipv4.ip_forward': value }, readAtUnixMs: AT });
    const node = { ...healthyNode, client: { ...healthyNode.client, facts } };
    expect(podNetworkBroken.judge(caseWith(cut, node))).toMatchObject({ certainty });
  });

  test('is unknown when only that one pod suffers: a policy shows the same', () => {
    const quiet = { ...caseWith(cut), cluster: clusterFacts({ csiPods: [controllerPod()] }) };
    expect(podNetworkBroken.judge(quiet).is).toBe('unknown');
  });

  test('is absent in the outage: the node is as silent as its pods', () => {
    const node = caseOf({ probes: silent, controls: control('answered') });
    const pod = caseOf({ probes: silent, controls: control('answered') });
    expect(podNetworkBroken.judge(caseWith(pod, node)).is).toBe('absent');
  });

  test('is absent when the pod is answered', () => {
    expect(podNetworkBroken.judge(caseWith(healthyNode)).is).toBe('absent');
  });

  test('is unknown when no pod was asked', () => {
    const c = clusterCaseOf({ cluster, cases: [healthyNode] });
    expect(podNetworkBroken.judge(c)).toMatchObject({
      is: 'unknown',
      missing: [expect.stringContaining('in a pod of talos-1')],
    });
  });
});

describe('no-return-route-to-pods', () => {
  const kernel: KernelRoute = {
    kind: 'kernel-route',
    host: 'nas',
    atUnixMs: AT,
    flow: { protocol: 'tcp', source: SERVER, destination: POD },
    command: `ip route get ${POD} from ${SERVER}`,
    answer: { is: 'error', errno: 'ENETUNREACH', text: 'Network is unreachable' },
    raw: 'RTNETLINK answers: Network is unreachable',
  };
  const reply = { answer: { is: 'error', errno: 'ENETUNREACH' }, kernel, agree: true } as const;
  /** The second sample is read while the probe of the pod has sent its third SYN. */
  const counters = (phase: 'before' | 'after', value: number): CounterSample => ({
    kind: 'counters',
    host: 'nas',
    atUnixMs: phase === 'before' ? AT : AT + 3500,
    phase,
    values: { 'TcpExt:IPReversePathFilter': value },
    command: 'cat /proc/net/netstat',
  });
  const rises = [counters('before', 3), counters('after', 7)];
  const halfOpen: SocketState = {
    kind: 'socket',
    host: 'nas',
    atUnixMs: AT,
    state: 'SYN-RECV',
    local: { address: SERVER, port: 443 },
    remote: { address: POD, port: 40_000 },
    command: 'ss -tan',
  };
  const podOf = (observations: Parameters<typeof caseOf>[0]['observations'] = []): Case => ({
    ...caseOf({ probes: silent, controls: control('answered'), observations }),
    reply: reply as unknown as Case['reply'],
  });

  test.each([
    { when: 'the filter of the storage counts them', observations: rises },
    { when: 'the storage holds a half-open connection of the pod', observations: [halfOpen] },
  ])('is proven when $when', ({ observations }) => {
    expect(noReturnRouteToPods.judge(caseWith(podOf(observations)))).toMatchObject({
      is: 'present',
      certainty: 'proven',
    });
  });

  test.each([
    { rise: 1, certainty: 'likely' },
    { rise: 2, certainty: 'likely' },
    { rise: 3, certainty: 'proven' },
  ])('is $certainty when the filter counts $rise of the 3 packets that the pod sent', (row) => {
    const observations = [counters('before', 3), counters('after', 3 + row.rise)];
    const verdict = noReturnRouteToPods.judge(caseWith(podOf(observations)));
    expect(verdict).toMatchObject({ certainty: row.certainty });
  });

  test('is only likely by a single packet, however little the pod sent', () => {
    const early = { ...counters('after', 4), atUnixMs: AT + 500 };
    const verdict = noReturnRouteToPods.judge(caseWith(podOf([counters('before', 3), early])));
    expect(verdict).toMatchObject({ certainty: 'likely' });
  });

  test('is only likely when nothing shows that packets arrive under the address of the pod', () => {
    expect(noReturnRouteToPods.judge(caseWith(podOf()))).toMatchObject({ certainty: 'likely' });
  });

  test.each([
    { model: 'no route', answer: reply.answer },
    { model: 'a route', answer: { is: 'route' as const, type: 'unicast', device: 'eth0' } },
  ])('is unknown when the kernel contradicts a model that knows $model', ({ answer }) => {
    const differs = { ...reply, answer, agree: false } as unknown as Case['reply'];
    const pod = { ...podOf(rises), reply: differs };
    expect(noReturnRouteToPods.judge(caseWith(pod)).is).toBe('unknown');
  });

  test('is only likely when nobody looked at the storage', () => {
    const pod = caseOf({ probes: silent, controls: control('answered') });
    expect(noReturnRouteToPods.judge(caseWith(pod))).toMatchObject({
      certainty: 'likely',
      wouldProve: `ip route get ${POD} from ${SERVER}   on truenas`,
    });
  });

  test.each([
    { when: 'the pod is answered', pod: healthyNode, node: healthyNode },
    {
      when: 'the node is silent, too',
      pod: caseOf({ probes: silent, controls: control('answered') }),
      node: caseOf({ probes: silent, controls: control('answered') }),
    },
    {
      when: 'the pod reaches nothing at all',
      pod: caseOf({ probes: silent, controls: control('timed-out') }),
      node: healthyNode,
    },
  ])('is absent when $when', ({ pod, node }) => {
    expect(noReturnRouteToPods.judge(caseWith(pod, node)).is).toBe('absent');
  });
});
