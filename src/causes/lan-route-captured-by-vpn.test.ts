import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { diagnose } from '../diagnose/diagnose.ts';
import type { HostFacts } from '../model/host.ts';
import type { KernelRoute } from '../model/observation.ts';
import { Snapshot } from '../model/snapshot.ts';

const RECORDED = Snapshot.parse(
  JSON.parse(readFileSync('test/scenarios/accept-routes.snapshot.json', 'utf8')),
);

/** The NAS seen in another way. */
function withNas(change: (network: HostFacts['network']) => HostFacts['network']): Snapshot {
  const { nas } = RECORDED.hosts;
  if (!nas) throw new Error('Cannot find the NAS');
  const hosts = { ...RECORDED.hosts, nas: { ...nas, network: change(nas.network) } };
  return { ...RECORDED, hosts };
}

/** The kernel of the NAS answers otherwise. */
function withKernel(
  snapshot: Snapshot,
  answer: Partial<Extract<KernelRoute['answer'], { is: 'route' }>>,
): Snapshot {
  const observations = snapshot.observations.map((o) =>
    o.kind === 'kernel-route' && o.flow.destination === '10.0.0.197' && o.answer.is === 'route'
      ? { ...o, answer: { ...o.answer, ...answer } }
      : o,
  );
  return { ...snapshot, observations };
}

describe('a kernel of the server that contradicts its rules and routes', () => {
  const withoutRule = withNas((network) => {
    const { ipv4 } = network.rules;
    if (!ipv4.seen) throw new Error('Cannot find the rules');
    const value = ipv4.value.filter(({ priority }) => priority !== 5270);
    return { ...network, rules: { ...network.rules, ipv4: { ...ipv4, value } } };
  });

  test.each([
    {
      when: 'the kernel says the LAN and the rules say the tunnel',
      snapshot: withKernel(RECORDED, { dev: 'enp1s0', table: 254 }),
    },
    { when: 'the kernel says the tunnel and the rules say the LAN', snapshot: withoutRule },
  ])('neither accuses nor rules out: $when', ({ snapshot }) => {
    const { verdict, findings, ruledOut, next, disagreements } = diagnose(snapshot);
    expect(disagreements).not.toEqual([]);
    expect(findings).toEqual([]);
    expect(verdict).toBe('cannot-tell');
    expect(ruledOut.map(({ cause }) => cause)).not.toContain('lan-route-captured-by-vpn');
    expect(next.join('\n')).toContain(
      'ip route get 10.0.0.197 from 10.0.0.210 on truenas once more',
    );
  });
});
