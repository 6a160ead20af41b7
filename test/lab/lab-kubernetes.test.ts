import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { kubeconfigPath } from '../../src/lab/cluster/describe.ts';
import { findLabs, labPath, readLabFile } from '../../src/lab/find-labs.ts';
import type { Lab } from '../../src/lab/start.ts';
import { labPrograms, startTestLab } from '../support/lab.ts';
import { leftoversOf, tracesOf } from '../support/leftovers.ts';
import { describeWith, kubectlPath } from '../support/needs.ts';

const CONTROLLERS = ['-n', 'democratic-csi', '-l', 'app.kubernetes.io/component=controller-linux'];
const CONNECTOR = ['-n', 'tailscale', 'ts-homelab-subnet-router-x7k2p-0'];
const CONTROLLER_PODS = ['democratic-csi-hdd-controller', 'democratic-csi-nvme-controller'];
const APP_PODS = ['jellyfin', 'sonarr', 'immich'];
const WELL = states('6/6 Running', '1/1 Running');
const HANGING = states('2/6 CrashLoopBackOff', '0/1 ContainerCreating');
/** A driver lets a mount hang for 30 s, as the real one does. */
const MOUNT_MS = 45_000;
/** No wait of the kubelet is longer than 300 s divided by ten. */
const BACK_OFF_MS = 30_000;

function states(controller: string, app: string): Readonly<Record<string, string>> {
  return Object.fromEntries([
    ...CONTROLLER_PODS.map((name) => [name, controller]),
    ...APP_PODS.map((name) => [name, app]),
  ]);
}

/** Of the pods that need the NAS: what `kubectl get pods -A` shows as READY and STATUS. */
function statesOf(shown: string): Readonly<Record<string, string>> {
  const rows = shown.split('\n').map((line) => line.split(/ +/));
  return Object.fromEntries(
    rows.flatMap(([, name = '', ready, status]) => {
      const known = [...CONTROLLER_PODS, ...APP_PODS].find((pod) => name.startsWith(`${pod}-`));
      return known === undefined ? [] : [[known, `${ready} ${status}`]];
    }),
  );
}

describeWith(['namespaces', 'ip', 'nft', 'kubectl'], 'the cluster of the lab', () => {
  let lab: Lab;
  const kubectlAs =
    (user: string) =>
    async (...args: readonly string[]) => {
      const argv = [kubectlPath(), '--kubeconfig', kubeconfigPath(user), ...args];
      return await lab.exec('utility', argv);
    };
  const kubectl = kubectlAs('admin');
  const seen = async () => statesOf((await kubectl('get', 'pods', '-A')).stdout);
  const podName = async (...args: readonly string[]) =>
    (await kubectl('get', 'pods', '-o', 'jsonpath={.items[0].metadata.name}', ...args)).stdout;

  beforeAll(async () => {
    lab = await startTestLab({ kubernetes: true });
  });
  afterAll(() => lab?.stop());

  test('begins well, as kubectl on a host of the LAN sees it', async () => {
    await expect.poll(seen, { timeout: 20_000, interval: 300 }).toEqual(WELL);
  });

  test('says where it is and how its waits are scaled', async () => {
    const running = findLabs().find(({ id }) => id === lab.id);
    expect(running && readLabFile(running).kubernetes).toEqual({
      url: 'https://10.0.0.197:6443',
      backOffScale: 10,
      kubeconfigs: { admin: kubeconfigPath('admin'), operator: kubeconfigPath('operator') },
    });
    const { stdout } = await kubectl('describe', 'node', 'talos-1');
    expect(stdout).toMatch(/lab\.returnpath\.dev\/back-off-scale: 10/);
  });

  test('lab status names the kubeconfigs', async () => {
    const program = `
      import { labCommand } from '${await labPrograms()}/lab-cli.js';
      await labCommand().parseAsync(['status', '--id', '${lab.id}'], { from: 'user' });`;
    const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
      encoding: 'utf8',
    });
    expect(stdout).toContain('kubernetes https://10.0.0.197:6443, back-off waits 10 times shorter');
    expect(stdout).toMatch(/admin +--kubeconfig \/run\/returnpath-lab\/kubernetes\/admin\./);
    expect(stdout).toMatch(/operator +--kubeconfig \/run\S+\/operator\.kubeconfig/);
  });

  test('the operator reads, and neither sees secrets nor changes anything', async () => {
    const operator = kubectlAs('operator');
    const kinds = 'pods,events,nodes,pv,pvc,volumeattachments,csinodes,connectors';
    expect(await operator('get', kinds, '-A')).toMatchObject({ exitCode: 0, stderr: '' });
    expect((await operator('get', 'secrets', '-A')).stderr).toMatch(/Forbidden/);
    const gone = await operator('delete', 'pod', ...CONNECTOR);
    expect(gone.stderr).toMatch(/cannot delete resource "pods"/);
  });

  describe('exec', () => {
    const SHOW = ['--', 'sh', '-c', 'hostname; ip -4 -o addr show scope global'];
    const inPod = async (...args: readonly string[]) =>
      (await kubectl('exec', ...args, ...SHOW)).stdout;

    test('runs on the node in a node pod', async () => {
      const name = await podName(
        ...['-n', 'democratic-csi', '-l', 'app.kubernetes.io/component=node-linux'],
      );
      const shown = await inPod('-n', 'democratic-csi', name, '-c', 'csi-proxy');
      expect(shown).toMatch(/^talos-1\n/);
      expect(shown).toContain('10.0.0.197/24');
    });

    test('runs beside the tailscaled in the pod of the Connector', async () => {
      const shown = await inPod(...CONNECTOR);
      expect(shown).toContain('10.244.0.11/24');
      expect(shown).toMatch(/tailscale0 +inet 100\.68\.1\.3/);
    });

    test('runs at the shown address in a pod of the pod network, masqueraded outside', async () => {
      const name = await podName(...CONTROLLERS);
      const path = 'jsonpath={.status.podIP}';
      const { stdout: ip } = await kubectl('get', 'pod', '-n', 'democratic-csi', name, '-o', path);
      const shown = await inPod('-n', 'democratic-csi', name, '-c', 'csi-proxy');
      expect(shown).toContain(`${name}\n`);
      expect(shown).toContain(`${ip}/24`);
      const fetch = `fetch('http://10.0.0.1/').then(({ status }) => console.log(status))`;
      const asked = await kubectl(
        ...['exec', '-n', 'democratic-csi', name, '-c', 'csi-driver', '--', 'node', '-e', fetch],
      );
      expect(asked.stdout.trim()).toBe('200');
    });

    test('finds Node.js beside the driver, and nothing to look at a network with', async () => {
      const name = await podName(
        ...['-n', 'democratic-csi', '-l', 'app.kubernetes.io/component=node-linux'],
      );
      const inDriver = ['exec', '-n', 'democratic-csi', name, '-c', 'csi-driver', '--'];
      expect((await kubectl(...inDriver, 'node', '-p', '6*7')).stdout).toBe('42\n');
      const { stderr } = await kubectl(...inDriver, 'ip', 'addr');
      expect(stderr).toContain('exec: "ip": executable file not found in $PATH');
      for (const tool of ['ip addr', 'ping 10.0.0.1', 'curl http://10.0.0.1/']) {
        expect((await kubectl(...inDriver, 'sh', '-c', tool)).exitCode).toBe(127);
      }
    });

    test('keeps the exit status', async () => {
      const asked = await kubectl('exec', ...CONNECTOR, '--', 'sh', '-c', 'exit 7');
      expect(asked.exitCode).toBe(7);
    });
  });

  test('a pod of somebody else runs in the network it asks for', async () => {
    const script = 'ip -4 -o addr show eth0';
    const common = [
      '--image=docker.io/library/busybox:1.37.0',
      '--restart=Never',
      '-n',
      'tailscale',
    ];
    const hostNetwork = JSON.stringify({ spec: { hostNetwork: true } });
    await kubectl('run', 'inside', ...common, '--command', '--', 'sh', '-c', script);
    await kubectl(
      ...['run', 'outside', ...common, '--overrides', hostNetwork, '--command', '--'],
      ...['sh', '-c', script],
    );
    for (const name of ['inside', 'outside']) {
      const done = 'jsonpath={.status.phase}=Succeeded';
      await kubectl('wait', '-n', 'tailscale', `pod/${name}`, `--for=${done}`, '--timeout=10s');
    }
    const log = async (name: string) => (await kubectl('logs', '-n', 'tailscale', name)).stdout;
    expect(await log('inside')).toMatch(/ 10\.244\.0\.\d+\/24 /);
    expect(await log('outside')).toMatch(/ 10\.0\.0\.197\/24 /);
    await kubectl('delete', 'pod', '-n', 'tailscale', 'inside', 'outside');
  });

  test('what was asked is in the audit', async () => {
    const running = findLabs().find(({ id }) => id === lab.id);
    const path = running && labPath(running, 'kubernetes/audit.jsonl');
    const writes = () =>
      readFileSync(path ?? '', 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line))
        .filter(({ user, verb }) => user.username === 'operator' && !/get|list/.test(verb))
        .map(({ verb, responseStatus }) => [verb, responseStatus.code]);
    await expect.poll(writes).toEqual([['delete', 403]]);
  });

  test('with accept-routes, what restarts hangs; mended, all come back by themselves', async () => {
    await lab.break('accept-routes');
    await kubectl('delete', 'pods', '-n', 'media', '--all', '--wait=false');
    await kubectl('delete', 'pods', '-n', 'photos', '--all', '--wait=false');
    await kubectl('delete', 'pods', ...CONTROLLERS, '--wait=false');
    await expect.poll(seen, { timeout: 2 * BACK_OFF_MS, interval: 300 }).toEqual(HANGING);

    const { stdout: log } = await kubectl(
      ...['logs', '-n', 'democratic-csi', 'deploy/democratic-csi-nvme-controller'],
      ...['-c', 'external-provisioner', '--tail=200'],
    );
    expect(log).toContain(
      'TrueNAS api is unavailable: Error: FreeNAS error getting system version info: {"errors":{"v2":"AxiosError: timeout of 5000ms exceeded"},"responses":{}}',
    );
    const mounts = ['get', 'events', '-n', 'photos', '--field-selector', 'reason=FailedMount'];
    await expect
      .poll(async () => (await kubectl(...mounts)).stdout, { timeout: MOUNT_MS, interval: 500 })
      .toMatch(/MountVolume\.MountDevice failed for volume "pvc-\S+" : .*"timeout":true/);

    await lab.mend('accept-routes');
    await expect.poll(seen, { timeout: BACK_OFF_MS + MOUNT_MS, interval: 500 }).toEqual(WELL);
  }, 200_000);
});

describeWith(['namespaces', 'ip', 'nft', 'kubectl'], 'a lab that begins in the outage', () => {
  test('shows at once what was found that night, and new pods begin anew', async () => {
    const lab = await startTestLab({ kubernetes: true, outage: true });
    const kubectl = async (...args: readonly string[]) => {
      const argv = [kubectlPath(), '--kubeconfig', kubeconfigPath('operator'), ...args];
      return (await lab.exec('utility', argv)).stdout;
    };
    await expect
      .poll(async () => statesOf(await kubectl('get', 'pods', '-A')), { timeout: 10_000 })
      .toEqual(HANGING);
    expect(await kubectl('get', 'pods', ...CONTROLLERS)).toMatch(/2\/6 +CrashLoopBackOff +\d{3} /);
    const release = 'app.kubernetes.io/instance=democratic-csi-hdd';
    const which = `${CONTROLLERS[3]},${release}`;
    const admin = [kubectlPath(), '--kubeconfig', kubeconfigPath('admin'), '-n', 'democratic-csi'];
    await lab.exec('utility', [...admin, 'delete', 'pod', '--wait=false', '-l', which]);
    await expect
      .poll(() => kubectl('get', 'pods', '-n', 'democratic-csi', '-l', which), { timeout: 10_000 })
      .toMatch(/6\/6 +Running +0 /);
    await lab.stop();
  });
});

describeWith(['namespaces', 'ip', 'nft'], 'life of a lab with a cluster', () => {
  test('killed, its owner leaves nothing', async () => {
    const lab = await startTestLab({ id: 'killed-cluster', kubernetes: true });
    const traces = tracesOf(lab.id);
    process.kill(lab.ownerPid, 'SIGKILL');
    expect(traces.namespaces.size).toBeGreaterThan(0);
    await expect.poll(() => leftoversOf(traces), { timeout: 15_000 }).toEqual([]);
  });

  test.each([0, 1001, Number.NaN])('%d is no scale', async (backOffScale) => {
    await expect(startTestLab({ kubernetes: true, backOffScale })).rejects.toThrow(
      /^Cannot scale back-off by/,
    );
  });
});
