import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { diagnose } from '../../src/diagnose/diagnose.ts';
import { operatorSentence, operatorWay } from '../../src/diagnose/operator-view.ts';
import type { ClusterFacts } from '../../src/model/cluster.ts';
import { missing, seen } from '../../src/model/fact.ts';
import { Snapshot } from '../../src/model/snapshot.ts';
import { planLooks } from '../../src/session/cluster-plan.ts';

function recorded(name: string): Snapshot & { readonly cluster: ClusterFacts } {
  const text = readFileSync(`${import.meta.dirname}/${name}.snapshot.json`, 'utf8');
  const snapshot = Snapshot.parse(JSON.parse(text));
  if (!snapshot.cluster) throw new Error(`the recording ${name} has no cluster`);
  return { ...snapshot, cluster: snapshot.cluster };
}

const LIKELY = { cause: 'lan-route-captured-by-vpn', certainty: 'likely' };
const whole = recorded('cluster-outage-without-nas');
const withNas = recorded('cluster-outage');
/** Nobody but the cluster's own pods was asked. */
const alone = { ...whole, question: { ...whole.question, compare: [] } };
const nobody = missing<never>('nobody asked who advertises what');
const withoutTailnets = Object.fromEntries(
  Object.entries(whole.hosts).map(([id, host]) => [
    id,
    { ...host, tailscale: { ...host.tailscale, status: nobody }, tailscaleElsewhere: nobody },
  ]),
);
const fromNode = (o: Snapshot['observations'][number]) =>
  o.kind === 'probe' && o.host === whole.question.from;
/** What is known where neither exec nor a pod is allowed. */
const unprobed = { ...whole, observations: whole.observations.filter((o) => !fromNode(o)) };

describe('from a kubeconfig alone', () => {
  test('the advertised node that is not answered and the neighbour that is make it likely', () => {
    expect(diagnose(whole).findings).toMatchObject([LIKELY]);
  });

  test('so does a server that is up otherwise', () => {
    const [finding] = diagnose(alone).findings;
    expect(finding).toMatchObject(LIKELY);
    expect(finding?.summary).toMatch(/though it is up$/);
  });

  test('a server of which nothing is heard at all is not accused', () => {
    const observations = alone.observations.filter(
      (o) =>
        o.kind !== 'neighbour' && (o.kind !== 'probe' || o.outcome !== 'answered' || fromNode(o)),
    );
    expect(diagnose({ ...alone, observations }).findings).toEqual([]);
  });

  test('a node that nobody advertises is not explained by a route', () => {
    const cluster = { ...whole.cluster, tailnet: nobody };
    expect(diagnose({ ...whole, cluster, hosts: withoutTailnets }).findings).toEqual([]);
  });

  test('a pod that is advertised as well and is answered speaks against it', () => {
    const [resource] = whole.cluster.tailnet.seen ? whole.cluster.tailnet.value : [];
    if (!resource || !whole.cluster.tailnet.seen) throw new Error('no Connector in the recording');
    const wider = { ...resource, advertises: [...resource.advertises, '10.0.0.38/32'] };
    const cluster = { ...whole.cluster, tailnet: { ...whole.cluster.tailnet, value: [wider] } };
    expect(diagnose({ ...whole, cluster }).findings).toEqual([]);
  });

  test('where nobody may look from the node, mounts that hang now speak for it', () => {
    const [finding] = diagnose(unprobed).findings;
    expect(finding).toMatchObject(LIKELY);
    expect(finding?.evidence[0]).toMatchObject({ host: 'talos-1', shows: 'effect' });
    expect(finding?.evidence[0]?.command).toMatch(/^kubectl describe pod -n /);
  });

  test('mounts that hung an hour ago do not', () => {
    const later = { ...unprobed, endedUnixMs: unprobed.endedUnixMs + 3_600_000 };
    expect(diagnose(later).findings).toEqual([]);
  });
});

describe('the way of this machine', () => {
  const at = (local: string, address: string) => {
    const host = withNas.hosts[local];
    if (!host) throw new Error(`the recording has no ${local}`);
    return operatorWay({ ...withNas, hosts: { local: { ...host, id: 'local' } } }, address);
  };

  test.each([
    { when: 'it is on the LAN', way: at('local', '10.0.0.210'), is: { by: 'lan', device: 'eth0' } },
    { when: 'it is that machine', way: at('nas', '10.0.0.210'), is: { by: 'here' } },
    {
      when: 'a tailnet route takes it there',
      way: at('nas', '10.0.0.197'),
      is: { by: 'tailnet', device: 'tailscale0', peer: 'homelab-subnet-router' },
    },
    {
      when: 'a gateway does',
      way: at('local', '192.0.2.1'),
      is: { by: 'routed', gateway: '10.0.0.1' },
    },
    { when: 'all there is is a name', way: at('local', 'nas.lan'), is: { by: 'unknown' } },
  ])('is told when $when', ({ way, is }) => {
    expect(way).toMatchObject(is);
    expect(operatorSentence('the storage server', way)).toContain(way.address);
  });

  test('names the peer that it depends on', () => {
    expect(operatorSentence('the API server', at('nas', '10.0.0.197'))).toMatch(
      /through the Tailscale tunnel, which depends on peer homelab-subnet-router: /,
    );
  });
});

describe('planLooks()', () => {
  const { cluster } = whole;

  test('begins with the node and the server that most pods hang on', () => {
    expect(planLooks(cluster)).toMatchObject({
      target: { nodeName: 'talos-1', server: '10.0.0.210', pods: 3 },
      nodePod: expect.stringMatching(
        /^pod:\/\/democratic-csi\/democratic-csi-\w+-node-\w+\/csi-driver$/,
      ),
      podNetwork: [expect.stringMatching(/^pod:\/\/tailscale\/ts-homelab-subnet-router-/)],
      otherNodes: [],
      namespaces: ['democratic-csi'],
    });
  });

  test('when nothing hangs, takes the server that most volumes live on', () => {
    const { hangingPods, csiPods } = cluster;
    if (!hangingPods.seen || !csiPods.seen) throw new Error('the recording has no pods');
    const nodes = csiPods.value.filter(({ role }) => role === 'node');
    const well = {
      ...cluster,
      hangingPods: { ...hangingPods, value: [] },
      csiPods: { ...csiPods, value: nodes },
    };
    expect(planLooks(well)?.target).toMatchObject({
      nodeName: 'talos-1',
      server: '10.0.0.210',
      pods: 0,
    });
  });

  test('has no plan for a cluster that names no server', () => {
    expect(planLooks({ ...cluster, backends: missing('not allowed') })).toBeUndefined();
  });
});

describe('pods that hang for a reason that is no storage', () => {
  const none = seen([], 'test', 0);
  const { hangingPods } = withNas.cluster;
  if (!hangingPods.seen) throw new Error('no pod hangs in the recording');
  const value = hangingPods.value.map((pod) => ({
    ...pod,
    volumes: [],
    reason: 'ImagePullBackOff',
  }));
  const cluster = {
    ...withNas.cluster,
    ...{ csiPods: none, pendingClaims: none, attachments: none, logs: none, signatures: [] },
    hangingPods: { ...hangingPods, value },
  };
  const observations = withNas.observations.map((o) =>
    o.kind === 'probe' ? { ...o, outcome: 'answered' as const } : o,
  );

  test('are not laid at the door of a server that answers', () => {
    const { verdict, summary, next } = diagnose({ ...withNas, cluster, observations });
    expect(verdict).toBe('cannot-tell');
    expect(summary).toMatch(/there and back now; nothing that hangs is known to use it$/);
    expect(next[0]).toMatch(/^Ask the cluster why it hangs: kubectl describe pod -n \S+ \S+$/);
  });
});
