import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { missing, seen } from '../model/fact.ts';
import type { HostFacts } from '../model/host.ts';
import { Snapshot } from '../model/snapshot.ts';
import { checklistOf } from './checklist.ts';

const path = `${import.meta.dirname}/../../test/scenarios/healthy.snapshot.json`;
const healthy = Snapshot.parse(JSON.parse(readFileSync(path, 'utf8')));
const { to } = healthy.question;

/** The same look, of which something of the server was seen otherwise. */
function withServer(change: (server: HostFacts) => Partial<HostFacts>): Snapshot {
  const server = healthy.hosts[to] as HostFacts;
  return { ...healthy, hosts: { ...healthy.hosts, [to]: { ...server, ...change(server) } } };
}

const APP = { name: 'tailscale', acceptRoutes: false, userspace: false };
function truenasWith(tailscaleApps: unknown): HostFacts['truenas'] {
  return { tailscaleApps } as unknown as HostFacts['truenas'];
}

const noPrefs = ({ tailscale }: HostFacts) => ({
  tailscale: { ...tailscale, prefs: missing<never>('its socket is in a container: needs root') },
});
function withoutTailscale({ network }: HostFacts): HostFacts['network'] {
  const { links, rules } = network;
  const quiet = <T extends { priority: number }>(all: readonly T[]) =>
    all.filter(({ priority }) => priority === 0 || priority > 32_000);
  const kept = (family: 'ipv4' | 'ipv6') => {
    const list = rules[family];
    return list.seen ? { ...list, value: quiet(list.value) } : list;
  };
  return {
    ...network,
    links: links.seen
      ? { ...links, value: links.value.filter(({ name }) => name !== 'tailscale0') }
      : links,
    rules: { ...rules, ipv4: kept('ipv4'), ipv6: kept('ipv6') },
  };
}

function linesOf(snapshot: Snapshot, id: string) {
  return checklistOf(snapshot).lines.filter((line) => line.id === id && line.is !== 'ok');
}

describe('the checklist does not call well', () => {
  test('a client from which nothing was asked', () => {
    const observations = healthy.observations.filter(({ kind }) => kind !== 'probe');
    const failedVantages = [{ vantage: 'node://node', why: 'pods may not be made' }];
    const snapshot = { ...healthy, observations, failedVantages };
    expect(linesOf(snapshot, 'service-answers')).toEqual([
      {
        id: 'service-answers',
        what: 'talos-1 reaches 10.0.0.210',
        is: 'unknown',
        evidence: 'node://node: pods may not be made',
      },
    ]);
    expect(checklistOf(snapshot).is).toBe('unknown');
  });

  test('a client that could not be looked from, beside one that is answered', () => {
    const url = 'ssh://me@10.0.0.38';
    const question = { ...healthy.question, compare: [url] };
    const failedVantages = [{ vantage: url, why: 'connection refused' }];
    const checklist = checklistOf({ ...healthy, question, failedVantages });
    expect(checklist.is).toBe('unknown');
    expect(checklist.lines).toContainEqual({
      id: 'service-answers',
      what: `${url} reaches 10.0.0.210`,
      is: 'unknown',
      evidence: `${url}: connection refused`,
    });
  });

  test('a cluster that was to say who the client is, and does not answer', () => {
    const question = { ...healthy.question, from: '' };
    const failedVantages = [{ vantage: 'https://10.0.0.197:6443', why: 'it was refused' }];
    const snapshot = { ...healthy, question, failedVantages };
    expect(linesOf(snapshot, 'cluster-seen')).toMatchObject([
      { is: 'unknown', evidence: 'it was refused' },
    ]);
    expect(checklistOf(snapshot).is).toBe('unknown');
  });

  test.each([
    { when: 'its device is there', change: noPrefs },
    {
      when: 'its app is there, though stopped',
      change: (server: HostFacts) => ({
        ...noPrefs(server),
        network: withoutTailscale(server),
        truenas: truenasWith(seen([APP], 'app.query', 0)),
      }),
    },
  ])('a Tailscale whose preferences nobody saw, where $when', ({ change }) => {
    expect(linesOf(withServer(change), 'accept-routes-off')).toMatchObject([
      { is: 'unknown', evidence: 'its socket is in a container: needs root' },
    ]);
  });

  test('apps of a TrueNAS that nobody may see', () => {
    const snapshot = withServer(() => ({ truenas: truenasWith(missing('not allowed')) }));
    expect(linesOf(snapshot, 'app-accept-routes-off')).toMatchObject([
      {
        is: 'unknown',
        what: expect.stringContaining('no app of truenas'),
        evidence: 'not allowed',
      },
    ]);
  });
});

test('the checklist does not ask for a Tailscale of which there is no sign', () => {
  const snapshot = withServer((server) => ({
    ...noPrefs(server),
    network: withoutTailscale(server),
  }));
  expect(checklistOf(snapshot)).toMatchObject({ is: 'ok' });
});
