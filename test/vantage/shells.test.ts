import { mkdtempSync, rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CollectedHost } from '../../src/collect/draft.ts';
import { collectHost } from '../../src/collect/index.ts';
import { askKernel } from '../../src/collect/linux/ask-kernel.ts';
import { runProbes } from '../../src/collect/probes/run-probes.ts';
import { systemClock as clock } from '../../src/platform/clock.ts';
import { run } from '../../src/platform/process/run.ts';
import type { Vantage } from '../../src/ports/vantage.ts';
import { type Namespace, startNamespace } from '../support/namespace.ts';
import { can, describeWith } from '../support/needs.ts';

// The state of a NAS whose replies go astray; the shells differ, the facts must not.
const NAS = `
ip link add lan0 type veth peer name lan1
ip addr add 10.0.0.210/24 dev lan0
ip link set lan0 up
ip link set lan1 up
ip link add tailscale0 type veth peer name ts1
ip link set tailscale0 up
ip link set ts1 up
ip addr add 100.68.1.2/32 dev tailscale0
ip rule add priority 5210 fwmark 0x80000/0xff0000 lookup main
ip rule add priority 5270 lookup 52
ip route add 10.0.0.197 dev tailscale0 table 52
ip neigh add 10.0.0.9 lladdr 02:00:00:00:00:09 dev lan0
`;

const soon = () => AbortSignal.timeout(15_000);

/** A vantage whose scripts run with one shell, in one namespace. */
function vantageIn(enter: readonly string[], shell: readonly string[]): Vantage {
  return {
    url: 'test:',
    hostId: 'nas',
    addresses: [],
    sh: (script, options) =>
      run([...enter, ...shell], { ...options, doing: 'run a script', input: script }),
    close: () => Promise.resolve(),
  };
}

const SHELLS = [
  { name: 'dash', command: ['dash', '-s'], needs: [] },
  { name: 'bash', command: ['bash', '-s'], needs: ['bash'] },
  { name: 'bash --posix', command: ['bash', '--posix', '-s'], needs: ['bash'] },
  { name: 'BusyBox sh', command: ['busybox', 'sh', '-s'], needs: ['busybox'] },
] as const;

describeWith(['namespaces', 'ip'], 'the facts script', () => {
  let nas: Namespace;
  beforeAll(async () => {
    nas = await startNamespace(NAS);
  });
  afterAll(() => nas.stop());

  describe.each(SHELLS)('in $name', ({ command, needs }) => {
    const isThere = needs.every((need) => can(need));

    test.runIf(isThere)('reads the same facts', async () => {
      const vantage = vantageIn(nas.enter, command);
      const { facts } = await collectHost(vantage, { clock, signal: soon() });
      expectNas(facts);
      expect(facts.network.incomplete).toEqual([]);
      expect(facts.network.neighbours).toMatchObject({
        value: [{ address: '10.0.0.9', mac: '02:00:00:00:00:09' }],
      });
    });

    test.runIf(isThere)('gets the answers of the kernel', async () => {
      const flow = {
        protocol: 'tcp',
        source: '10.0.0.210',
        destination: '10.0.0.197',
      } as const;
      const { observations, unseen } = await askKernel(vantageIn(nas.enter, command), {
        questions: [{ flow }, { flow: { protocol: 'tcp', destination: '8.8.8.8' } }],
        neighbours: ['10.0.0.9', '10.0.0.10'],
        peers: [],
        clock,
        signal: soon(),
      });
      expect(unseen).toEqual([]);
      expect(observations.map(({ kind }) => kind)).toEqual([
        'kernel-route',
        'kernel-route',
        'neighbour',
        'counters',
      ]);
      expect(observations[0]).toMatchObject({
        command: 'ip route get 10.0.0.197 from 10.0.0.210',
        answer: { is: 'route', dev: 'tailscale0', table: 52 },
      });
      expect(observations[1]).toMatchObject({ answer: { is: 'error', errno: 'ENETUNREACH' } });
    });

    test.runIf(isThere)('probes', async () => {
      const orders = [
        { role: 'target', probe: 'tcp', address: '10.0.0.210', port: 80 },
        { role: 'target', probe: 'tcp', address: '10.0.0.9', port: 80 },
        { role: 'target', probe: 'tcp', address: '8.8.8.8', port: 80 },
      ] as const;
      const probes = await runProbes(vantageIn(nas.enter, command), orders, {
        clock,
        signal: soon(),
        timeoutMs: 1000,
      });
      const outcomes = probes.map(({ outcome }) => outcome);
      expect(outcomes).toEqual(['refused', 'timed-out', 'unreachable']);
    });
  });
});

describeWith(['root', 'busybox', 'ip'], 'a host with nothing but BusyBox', () => {
  let dir: string;
  let nas: Namespace;
  beforeAll(async () => {
    dir = mkdtempSync('/tmp/rp-busybox-');
    nas = await startNamespace(`${NAS}
mkdir -p ${dir}/bin ${dir}/proc ${dir}/dev ${dir}/tmp ${dir}/lib ${dir}/lib64
mount -t proc proc ${dir}/proc
mount --bind /dev ${dir}/dev
b=$(command -v busybox)
cp $b ${dir}/bin/busybox
for f in $(ldd $b 2>/dev/null | grep -o '/[^ ]*'); do mkdir -p ${dir}$(dirname $f); cp $f ${dir}$f; done
for a in $(busybox --list); do ln -s busybox ${dir}/bin/$a; done`);
  });
  afterAll(() => {
    nas.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  const bare = () => vantageIn([...nas.enter, 'chroot', dir], ['/bin/sh', '-s']);

  test('shows the same facts, and what it cannot show', async () => {
    const { facts } = await collectHost(bare(), { clock, signal: soon() });
    expectNas(facts);
    const parts = new Set(facts.network.incomplete.map(({ part }) => part));
    expect([...parts].toSorted()).toEqual(['links', 'routes', 'rules']);
    expect(facts.tools).toMatchObject({ value: { ip: expect.stringContaining('BusyBox') } });
  });

  test('answers what its kernel is asked', async () => {
    const flow = { protocol: 'tcp', source: '10.0.0.210', destination: '10.0.0.197' } as const;
    const { observations, unseen } = await askKernel(bare(), {
      questions: [{ flow }],
      neighbours: [],
      peers: [],
      clock,
      signal: soon(),
    });
    expect(unseen).toEqual([]);
    expect(observations[0]).toMatchObject({ answer: { is: 'route', dev: 'tailscale0' } });
  });

  test('probes with its own tools', async () => {
    const orders = [
      { role: 'target', probe: 'tcp', address: '10.0.0.210', port: 80 },
      { role: 'target', probe: 'tcp', address: '10.0.0.9', port: 80 },
      { role: 'target', probe: 'tcp', address: '10.0.0.9', port: 80, source: '10.0.0.210' },
      { role: 'control', probe: 'icmp', address: '10.0.0.210' },
      { role: 'control', probe: 'icmp', address: '10.0.0.9' },
      { role: 'target', probe: 'nfs', address: '10.0.0.210', port: 2049 },
    ] as const;
    const options = { clock, signal: soon(), timeoutMs: 1000 };
    const probes = await runProbes(bare(), orders, options);
    expect(probes.map(({ outcome }) => outcome)).toEqual([
      'refused',
      'timed-out',
      'not-run',
      'answered',
      'timed-out',
      'not-run',
    ]);
  });
});

function expectNas(facts: CollectedHost['facts']): void {
  const { network } = facts;
  expect(facts.clockOffsetMs).toMatchObject({ seen: true });
  expect(network.addresses).toMatchObject({ seen: true });
  expect(network.sysctls.seen && network.sysctls.value).toMatchObject({
    'net.ipv4.conf.lan0.rp_filter': expect.any(String),
  });
  expect(network.rules.ipv4).toMatchObject({
    value: [
      { priority: 0 },
      { priority: 5210, fwmark: { value: 0x80000 } },
      { priority: 5270, action: { kind: 'lookup', table: 52 } },
      { priority: 32766 },
      { priority: 32767 },
    ],
  });
  const routes = network.routes.ipv4.seen ? network.routes.ipv4.value : [];
  expect(routes.find(({ table }) => table === 52)).toMatchObject({
    prefix: '10.0.0.197/32',
    nexthops: [{ dev: 'tailscale0' }],
  });
  expect(network.rules.ipv6).toMatchObject({ seen: true });
  expect(network.routes.ipv6).toMatchObject({ seen: true });
  expect(network.localTable).toMatchObject({ value: 'split' });
}
