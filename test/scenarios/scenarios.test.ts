import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { diagnose } from '../../src/diagnose/diagnose.ts';
import type { Observation } from '../../src/model/observation.ts';
import { Snapshot } from '../../src/model/snapshot.ts';
import { toMarkdown } from '../../src/report/markdown.ts';
import { toText } from '../../src/report/text.ts';

const FOLDER = import.meta.dirname;
const names = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.snapshot.json'))
  .map((file) => file.replace('.snapshot.json', ''));

function recorded(name: string): Snapshot {
  return Snapshot.parse(JSON.parse(readFileSync(`${FOLDER}/${name}.snapshot.json`, 'utf8')));
}

describe('a recorded look', () => {
  test('there are some', () => {
    expect(names.length).toBeGreaterThanOrEqual(12);
  });

  test.each(names)('of %s gives the report that was read and approved', async (name) => {
    const diagnosis = diagnose(recorded(name));
    const text = toText(diagnosis, { verbose: false, colour: false, utcOffsetMinutes: 0 });
    await expect(text).toMatchFileSnapshot(`${FOLDER}/golden/${name}.txt`);
    await expect(toMarkdown(diagnosis, 0)).toMatchFileSnapshot(`${FOLDER}/golden/${name}.md`);
  });

  test.each(names)('of %s fits a screen and a half', (name) => {
    const text = toText(diagnose(recorded(name)), {
      verbose: false,
      colour: false,
      utcOffsetMinutes: 0,
    });
    expect(text.split('\n').length).toBeLessThanOrEqual(30);
  });
});

const effects: readonly Observation['kind'][] = ['probe', 'socket', 'counters'];

describe.each([
  'accept-routes',
  'accept-routes-rp1',
  'accept-routes-lan',
  'accept-routes-ipv6',
  'exit-node-no-lan',
])('proof of %s', (name) => {
  const whole = recorded(name);

  test('is there with mechanism and effect', () => {
    const { findings } = diagnose(whole);
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({ certainty: 'proven' });
  });

  test('falls to likely when the effect was not seen', () => {
    const observations = whole.observations.filter(({ kind }) => !effects.includes(kind));
    expect(diagnose({ ...whole, observations }).findings[0]).toMatchObject({
      certainty: 'likely',
      cause: diagnose(whole).findings[0]?.cause,
    });
  });

  test('falls to likely when the kernel was not asked', () => {
    const observations = whole.observations.filter(({ kind }) => kind !== 'kernel-route');
    expect(diagnose({ ...whole, observations }).findings[0]).toMatchObject({
      certainty: 'likely',
    });
  });

  test('falls to likely when mechanism and effect lie two minutes apart', () => {
    const observations = whole.observations.map((o) =>
      effects.includes(o.kind) ? { ...o, atUnixMs: o.atUnixMs - 120_000 } : o,
    );
    expect(diagnose({ ...whole, observations }).findings[0]).toMatchObject({
      certainty: 'likely',
    });
  });

  test('is no accusation when the packets came back after all', () => {
    const observations = whole.observations.map((o) =>
      o.kind === 'probe' ? { ...o, outcome: 'answered' as const } : o,
    );
    expect(diagnose({ ...whole, observations })).toMatchObject({
      verdict: 'healthy',
      findings: [],
    });
  });

  test('is no accusation when the rules of the server were not seen', () => {
    const nas = whole.hosts['nas'];
    if (!nas) throw new Error('the recording has no nas');
    const unseen = { seen: false as const, why: 'ip rule: not found' };
    const network = { ...nas.network, rules: { ipv4: unseen, ipv6: unseen } };
    const hosts = { ...whole.hosts, nas: { ...nas, network } };
    const { findings, verdict } = diagnose({ ...whole, hosts });
    expect(findings).toEqual([]);
    expect(verdict).toBe('cannot-tell');
  });
});

describe('a tunnel that would deliver the reply', () => {
  const whole = recorded('accept-routes');
  const { nas, node } = whole.hosts;
  if (!node || !nas?.tailscale.status.seen) throw new Error('the recording has no tailnet');
  const { self, ...status } = nas.tailscale.status.value;
  if (!self) throw new Error('the recording has no self');
  // as if the NAS advertised its LAN and were approved for it: its peers then accept that source
  const approved = { ...self, allowedIps: [...self.allowedIps, '10.0.0.0/24'] };
  const seen = { ...nas.tailscale.status, value: { ...status, self: approved } };
  const tailscale = { ...nas.tailscale, status: seen };
  const unseen = { seen: false as const, why: 'nobody looked at the subnet router' };
  const hosts = {
    ...whole.hosts,
    nas: { ...nas, tailscale },
    node: { ...node, tailscaleElsewhere: unseen },
  };

  test('is not accused for silence alone', () => {
    const observations = whole.observations.filter(({ kind }) => kind !== 'socket');
    const { findings, verdict } = diagnose({ ...whole, hosts, observations });
    expect(findings).toEqual([]);
    expect(verdict).toBe('cannot-tell');
  });

  test('is at most likely when a SYN-ACK went into it and was lost', () => {
    expect(diagnose({ ...whole, hosts }).findings).toMatchObject([
      { cause: 'lan-route-captured-by-vpn', certainty: 'likely' },
    ]);
  });
});

test('RouteAll alone accuses nobody', () => {
  const whole = recorded('accept-routes-pinned');
  expect(whole.hosts['nas']?.tailscale.prefs).toMatchObject({ value: { acceptsRoutes: true } });
  expect(diagnose(whole).findings).toEqual([]);
});
