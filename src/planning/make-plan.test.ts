import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { diagnose } from '../diagnose/diagnose.ts';
import { missing } from '../model/fact.ts';
import type { HostFacts } from '../model/host.ts';
import type { SocketState } from '../model/observation.ts';
import { Plan } from '../model/plan.ts';
import { Snapshot } from '../model/snapshot.ts';
import { makePlan } from './make-plan.ts';

const RECORDED = Snapshot.parse(
  JSON.parse(readFileSync('recordings/accept-routes.snapshot.json', 'utf8')),
);
const NAS = RECORDED.question.to;

function planFor(snapshot: Snapshot, fix?: string): Plan {
  const plan = makePlan(snapshot, diagnose(snapshot), { nowUnixMs: 1, guardSeconds: 60, fix });
  if (!plan) throw new Error('no finding');
  return plan;
}

/** The NAS seen in another way. */
function withNas(change: (nas: HostFacts) => HostFacts): Snapshot {
  const nas = RECORDED.hosts[NAS];
  if (!nas) throw new Error('the recording has no NAS');
  return { ...RECORDED, hosts: { ...RECORDED.hosts, [NAS]: change(nas) } };
}

function connectedWith(address: string): Snapshot {
  const socket: SocketState = {
    kind: 'socket',
    host: NAS,
    atUnixMs: RECORDED.endedUnixMs,
    state: 'ESTAB',
    local: { address: '100.68.1.2', port: 2049 },
    remote: { address, port: 900 },
    command: 'ss -tan state established',
  };
  return { ...RECORDED, observations: [...RECORDED.observations, socket] };
}

describe('makePlan()', () => {
  test('takes the least invasive fix, and predicts what each check prints', () => {
    const plan = planFor(RECORDED);
    expect(Plan.parse(plan)).toEqual(plan);
    expect(plan).toMatchObject({ fix: 'tailscale-stop-accepting-routes', refusals: [] });
    expect(plan.steps[0]).toMatchObject({
      when: 'now',
      change: { kind: 'tailscale-preference', preference: 'RouteAll', from: true, to: false },
    });
    expect(plan.steps[0]?.checks.map(({ predicts }) => predicts)).toContain(
      '10.0.0.197 dev enp1s0 src 10.0.0.210',
    );
    expect(plan.effects.flows).toContainEqual(
      expect.objectContaining({ kind: 'asked', effect: 'mended' }),
    );
  });

  test('names exactly the prefixes that change, and for whom it is worse', () => {
    const { prefixes } = planFor(RECORDED).effects;
    const of = (effect: string) =>
      new Set(prefixes.filter((one) => one.effect === effect).flatMap((one) => one.prefixes));
    expect(of('better')).toContain('10.0.0.197/32');
    expect(of('better')).not.toContain('10.0.0.38/32');
    expect(of('worse')).toContain('10.20.0.0/24');
  });

  test('puts the pin first when a connection needs accepted routes, and says why', () => {
    const plan = planFor(connectedWith('10.20.0.5'));
    expect(plan.fix).toBe('pin-lan');
    expect(plan.alternatives).toContainEqual(
      expect.objectContaining({
        fix: 'tailscale-stop-accepting-routes',
        because: expect.stringMatching(/would break 100\.68\.1\.2:2049 with 10\.20\.0\.5/),
      }),
    );
    expect(plan.effects.flows.filter(({ effect }) => effect === 'broken')).toEqual([]);
  });

  test('a connection by the tailnet itself needs no accepted routes', () => {
    expect(planFor(connectedWith('100.68.1.4')).fix).toBe('tailscale-stop-accepting-routes');
  });

  test('takes what --fix names, and warns of what that breaks', () => {
    const plan = planFor(connectedWith('10.20.0.5'), 'tailscale-stop-accepting-routes');
    expect(plan.fix).toBe('tailscale-stop-accepting-routes');
    expect(plan.warnings.join('\n')).toMatch(/breaks 100\.68\.1\.2:2049 with 10\.20\.0\.5/);
  });

  test('refuses a fix that is none of the cause, and names those that are', () => {
    expect(() => planFor(RECORDED, 'reboot')).toThrow(
      /Cannot take the fix "reboot": .*there are: tailscale-stop-accepting-routes, pin-lan/,
    );
  });

  test('refuses itself when the model says that it would not mend', () => {
    // the same route once more, put there by hand where tailscaled does not take it away
    const snapshot = withNas((nas) => {
      const { rules, routes } = nas.network;
      if (!rules.ipv4.seen || !routes.ipv4.seen) throw new Error('not seen');
      const captured = routes.ipv4.value.find(
        ({ table, prefix }) => table === 52 && prefix === '10.0.0.197/32',
      );
      const byHand = captured ? [{ ...captured, table: 99 }] : [];
      const asked = { priority: 100, action: { kind: 'lookup' as const, table: 99 } };
      return {
        ...nas,
        network: {
          ...nas.network,
          rules: {
            ...rules,
            ipv4: { ...rules.ipv4, value: [...rules.ipv4.value, asked] },
          },
          routes: {
            ...routes,
            ipv4: { ...routes.ipv4, value: [...routes.ipv4.value, ...byHand] },
          },
        },
      };
    });
    // and its kernel says so
    const observations = snapshot.observations.map((o) =>
      o.kind === 'kernel-route' && o.flow.destination === '10.0.0.197' && o.answer.is === 'route'
        ? { ...o, answer: { ...o.answer, table: 99 } }
        : o,
    );
    const plan = planFor({ ...snapshot, observations }, 'tailscale-stop-accepting-routes');
    expect(plan.refusals.join('\n')).toMatch(/would not mend .* to 10\.0\.0\.210 and back/);
  });

  test('what only a person can do is planned in full when it is asked for, and never by itself', () => {
    const plan = planFor(RECORDED, 'unadvertise-lan-route');
    expect(Plan.parse(plan)).toEqual(plan);
    expect(plan).toMatchObject({ fix: 'unadvertise-lan-route', refusals: [] });
    expect(plan.steps).toMatchObject([
      {
        when: 'now',
        change: {
          kind: 'person',
          text: expect.stringMatching(/^at \S+ take 10\.0\.0\.197 out of what it advertises: /),
        },
      },
    ]);
    expect(plan.steps[0]?.checks.map(({ predicts }) => predicts)).toContain(
      '10.0.0.197 dev enp1s0 src 10.0.0.210',
    );
    expect(plan.effects.flows).toContainEqual(
      expect.objectContaining({ kind: 'asked', effect: 'mended' }),
    );
    expect(planFor(RECORDED).alternatives).toContainEqual(
      expect.objectContaining({
        fix: 'unadvertise-lan-route',
        because: 'only a person can do it: --fix unadvertise-lan-route says what',
      }),
    );
  });

  test('tells a person what to do where nobody could look at the host', () => {
    const { [NAS]: _, ...others } = RECORDED.hosts;
    const blind = { ...RECORDED, hosts: others };
    const diagnosis = diagnose(blind);
    const [finding] = diagnose(RECORDED).findings;
    const plan = makePlan(
      blind,
      { ...diagnosis, findings: finding ? [finding] : [] },
      { nowUnixMs: 1, guardSeconds: 60 },
    );
    expect(plan?.fix).toBe('by-hand');
    expect(plan?.steps.map(({ change }) => change.kind)).toEqual(['person', 'person']);
    expect(plan?.alternatives[0]?.because).toMatch(/nobody could look at/);
  });

  test('cannot turn off what tailscaled does not tell, and pins instead', () => {
    const plan = planFor(
      withNas((nas) => ({
        ...nas,
        tailscale: { ...nas.tailscale, prefs: missing('needs root') },
      })),
    );
    expect(plan.fix).toBe('pin-lan');
    expect(plan.alternatives[0]).toMatchObject({
      because: 'preferences of tailscaled: needs root',
    });
  });

  test('over ssh each step is guarded, over the tailnet it says so', () => {
    const seen = (reachedAt: string) =>
      withNas((nas) => ({ ...nas, vantages: ['ssh://admin@10.0.0.210,100.68.1.2'], reachedAt }));
    expect(planFor(seen('100.68.1.2')).steps[0]?.guard).toEqual({
      how: 'far-timer',
      afterSeconds: 60,
      because: 'you reach truenas over the tailnet (100.68.1.2)',
    });
    expect(planFor(seen('10.0.0.210')).steps[0]?.guard?.because).toMatch(/may change/);
    expect(planFor(RECORDED).steps[0]?.guard).toBeUndefined();
  });

  test('a step for a browser alone has no guard, and says so', () => {
    const plan = planFor(withNas((nas) => ({ ...nas, vantages: ['paste:nas.txt'] })));
    expect(plan.steps[0]?.guard).toMatchObject({
      how: 'none',
      because: expect.stringMatching(/^the shell of truenas may be cut .* a second way in/),
    });
  });
});

describe('the pin', () => {
  const rulesOf = (snapshot: Snapshot) =>
    planFor(snapshot, 'pin-lan')
      .steps.filter(({ fix }) => fix === 'pin-lan')
      .filter(({ when }) => when === 'now')
      .map(({ does }) => does);

  test('is one rule for each connected subnet and family, tagged as ours', () => {
    expect(rulesOf(RECORDED)).toEqual([
      'ip -4 rule add to 10.0.0.0/24 lookup main priority 2500 protocol 201',
      'ip -6 rule add to fd00:10::/64 lookup main priority 2500 protocol 201',
    ]);
  });

  test('comes before the first rule of the VPN, wherever that is', () => {
    const mwan3 = withNas((nas) => {
      const { rules } = nas.network;
      if (!rules.ipv4.seen) throw new Error('not seen');
      const value = rules.ipv4.value.map((rule) =>
        rule.priority >= 5210 && rule.priority <= 5270
          ? { ...rule, priority: rule.priority - 3900 }
          : rule,
      );
      return {
        ...nas,
        network: { ...nas.network, rules: { ...rules, ipv4: { ...rules.ipv4, value } } },
      };
    });
    expect(rulesOf(mwan3)[0]).toBe(
      'ip -4 rule add to 10.0.0.0/24 lookup main priority 1369 protocol 201',
    );
  });

  test('lasts by what the host has', () => {
    const lasting = (tools: Record<string, string>) =>
      planFor(
        withNas((nas) => ({
          ...nas,
          tools: { seen: true, value: tools, from: 'command -v', readAtUnixMs: 0 },
        })),
        'pin-lan',
      ).steps.find(({ when }) => when === 'later');
    expect(lasting({ midclt: '', systemctl: '' })?.does).toMatch(
      /^midclt call initshutdownscript\.create .*POSTINIT/,
    );
    expect(lasting({ systemctl: '' })?.does).toContain(
      'systemctl enable returnpath-pin-lan-10-0-0-0-24-2500.service',
    );
    expect(lasting({})).toMatchObject({
      change: { kind: 'person', text: expect.stringContaining('kind: RoutingRuleConfig') },
    });
  });

  test('lasts by one object for each, so that a later run touches none of an earlier one', () => {
    const withTool = (nas: HostFacts, tool: string): HostFacts => ({
      ...nas,
      tools: { seen: true, value: { [tool]: '' }, from: 'x', readAtUnixMs: 0 },
    });
    const lasting = (snapshot: Snapshot) =>
      planFor(snapshot, 'pin-lan').steps.filter(({ when }) => when === 'later');
    expect(lasting(withNas((nas) => withTool(nas, 'systemctl'))).map(({ id }) => id)).toEqual([
      'pin-lan-10-0-0-0-24-lasts',
      'pin-lan-fd00-10-64-lasts',
    ]);
    // a document of Talos is named by its priority alone
    const pinnedBefore = withNas((nas) => {
      const { rules } = nas.network;
      if (!rules.ipv4.seen) throw new Error('not seen');
      const other = { priority: 2500, to: '10.9.0.0/16', action: { kind: 'lookup', table: 254 } };
      const ipv4 = { ...rules.ipv4, value: [...rules.ipv4.value, other] } as typeof rules.ipv4;
      return withTool({ ...nas, network: { ...nas.network, rules: { ...rules, ipv4 } } }, 'talos');
    });
    expect(lasting(pinnedBefore)[0]?.does).toMatch(
      /name: "2499"\ndst: 10\.0\.0\.0\/24[\s\S]*name: "2498"\ndst: fd00:10::\/64/,
    );
  });
});
