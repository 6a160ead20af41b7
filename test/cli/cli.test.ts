import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Lab, startLab } from '../../src/lab/start.ts';
import { Diagnosis } from '../../src/model/diagnosis.ts';
import { describeWith } from '../support/needs.ts';

const LAUNCHER = join(import.meta.dirname, '../../bin/returnpath.js');
const SCENARIOS = join(import.meta.dirname, '../scenarios');
const OUTAGE = join(SCENARIOS, 'accept-routes.snapshot.json');

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function start(args: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
  return spawn(process.execPath, [LAUNCHER, ...args], { env: { ...process.env, ...env } });
}

function ended(child: ChildProcess): Promise<Ended> {
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr?.on('data', (chunk) => {
    stderr += chunk;
  });
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, stdout, stderr })));
}

function returnpath(...args: string[]): Promise<Ended> {
  return ended(start(args));
}

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'returnpath-cli-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('returnpath diagnose -f', () => {
  test.each([
    { file: 'healthy', code: 0 },
    { file: 'accept-routes', code: 1 },
    { file: 'accept-routes-without-nas', code: 1 },
  ])('ends with $code for $file', async ({ file, code }) => {
    const result = await returnpath('diagnose', '-f', join(SCENARIOS, `${file}.snapshot.json`));
    expect(result).toMatchObject({ code, stderr: '' });
  });

  test('ends with 2 when what was seen does not tell', async () => {
    const snapshot = JSON.parse(readFileSync(OUTAGE, 'utf8'));
    delete snapshot.hosts.nas;
    delete snapshot.hosts.utility;
    const nobodyAsked = { seen: false, why: 'nobody asked who advertises what' };
    snapshot.hosts.node.tailscaleElsewhere = nobodyAsked;
    const file = join(folder, 'half.json');
    writeFileSync(file, JSON.stringify(snapshot));
    const { code, stdout } = await returnpath('diagnose', '-f', file);
    expect(stdout).toMatch(/^CANNOT TELL/);
    expect(stdout).toContain('ip route get 10.0.0.197 from 10.0.0.210');
    expect(code).toBe(2);
  });

  test('writes JSON that fits the schema in the package', async () => {
    const { stdout } = await returnpath('diagnose', '-f', OUTAGE, '-o', 'json');
    expect(Diagnosis.safeParse(JSON.parse(stdout)).success).toBe(true);
  });

  test('reads standard input', async () => {
    const child = start(['diagnose', '-f', '-']);
    child.stdin?.end(readFileSync(OUTAGE));
    const { code, stdout } = await ended(child);
    expect(stdout).toMatch(/^PROVEN/);
    expect(code).toBe(1);
  });

  test('uses no colour where nobody looks', async () => {
    const { stdout } = await returnpath('diagnose', '-f', OUTAGE);
    expect(stdout).not.toContain('\u001b');
  });
});

describe('a damaged snapshot', () => {
  const whole = readFileSync(OUTAGE, 'utf8');
  test.each([
    { what: 'cut off', text: whole.slice(0, 5000), says: 'it is cut off' },
    { what: 'empty', text: '', says: 'it is empty' },
    { what: 'something else', text: '{"kind":"Pod"}', says: 'no snapshot of returnpath' },
    { what: 'no JSON', text: '{PROVEN}', says: 'it is no JSON' },
    {
      what: 'from the future',
      text: whole.replace('"version":1', '"version":99'),
      says: 'it has version 99, this program knows version 1',
    },
    {
      what: 'garbled inside',
      text: whole.replace('"serverAddresses":[', '"serverAddresses":[7,'),
      says: 'question.serverAddresses.0',
    },
  ])('that is $what is refused with the reason', async ({ text, says }) => {
    const file = join(folder, 'damaged.json');
    writeFileSync(file, text);
    const { code, stdout, stderr } = await returnpath('diagnose', '-f', file);
    expect(stderr).toContain(says);
    expect(stderr).toMatch(/^Cannot read the snapshot /);
    expect({ code, stdout }).toEqual({ code: 4, stdout: '' });
  });

  test('that is missing is refused with the reason', async () => {
    const { code, stderr } = await returnpath('diagnose', '-f', join(folder, 'nowhere.json'));
    expect(stderr).toContain('ENOENT');
    expect(code).toBe(4);
  });
});

describe('wrong usage', () => {
  test.each([
    { args: ['diagnose'], says: '--to is missing' },
    { args: ['diagnose', '--to', '10.0.0.1', '--port', '70000'], says: '1 to 65535' },
    { args: ['diagnose', '--to', '10.0.0.1', '--timeout', '0'], says: 'more than 0' },
    { args: ['diagnose', '--frm', 'x'], says: "unknown option '--frm'" },
    { args: ['diagnoze'], says: 'Did you mean diagnose?' },
    { args: ['diagnose', '--to', 'nas'], says: 'try: --to ssh://nas, or --to truenas://nas' },
    { args: ['fix', '--from', 'node://a/b', '--to', '10.0.0.1'], says: 'Cannot use --from "node' },
    { args: ['verify', '--to', '10.0.0.1', '--compare', 'me@pc'], says: '--compare ssh://me@pc' },
    { args: ['trace', '--at', 'http://nas', '10.0.0.1'], says: 'try: --at truenas://nas' },
    { args: ['whatif', '--at', 'nas', '--look', 'ssh:nas'], says: 'try: --look ssh://nas' },
  ])('$args ends with 3 and says what is wrong', async ({ args, says }) => {
    const { code, stderr } = await returnpath(...args);
    expect(stderr).toContain(says);
    expect(code).toBe(3);
  });

  test.each([
    { args: ['diagnose', '--frm', 'x'], next: 'returnpath diagnose --help' },
    { args: ['diagnoze'], next: 'returnpath --help' },
    { args: ['lab', 'up', '--nods', '2'], next: 'returnpath lab up --help' },
    { args: ['trace', '--at', 'local:', '10.0.0.1:x'], next: 'returnpath trace --help' },
    { args: ['runs', 'a', 'b'], next: 'returnpath runs --help' },
  ])('$args is told where help is', async ({ args, next }) => {
    const { code, stderr } = await returnpath(...args);
    expect(stderr).toMatch(new RegExp(`\n {2}try: ${next}\n$`));
    expect(code).toBe(3);
  });

  test.each([
    { source: '10.9.9.9', says: /truenas sends from 10\.9\.9\.9: .*\n {2}try: .*10\.0\.0\.210/ },
    { source: 'nas', says: /^Cannot read --source "nas": it is no address/ },
  ])(
    'whatif of the source $source, which is none of its own, is refused',
    async ({ source, says }) => {
      const at = ['whatif', '-f', OUTAGE, '--at', 'nas', '--source', source];
      const { code, stdout, stderr } = await returnpath(
        ...at,
        '--set',
        'tailscale.acceptRoutes=false',
      );
      expect(stderr).toMatch(says);
      expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    },
  );

  test('in a configuration file names the place', async () => {
    const file = join(folder, 'config.yaml');
    writeFileSync(file, 'to: 10.0.0.210\nports: [80]\n');
    const { code, stderr } = await returnpath('diagnose', '--config', file);
    expect(stderr).toContain('ports');
    expect(code).toBe(4);
  });
});

test.each(['none', 'a-file'])(
  'a report that cannot be written leaves no half of one: %s',
  async (dir) => {
    writeFileSync(join(folder, 'a-file'), '');
    const { code, stderr } = await returnpath('demo', '--replay', '--dir', join(folder, dir));
    expect(stderr).toMatch(/^Cannot write ".*report\.md": .*\n {2}try: name a place in a folder/);
    expect(code).toBe(4);
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  },
);

test('the replayed demo says that it is one, proves the cause and leaves both reports', async () => {
  const { code, stdout } = await returnpath('demo', '--replay', '--dir', folder);
  expect(stdout).toContain('replaying a recorded look');
  expect(stdout).toContain('PROVEN');
  expect(readFileSync(join(folder, 'report.md'), 'utf8')).toContain('## What was broken');
  expect(
    Diagnosis.parse(JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8'))).verdict,
  ).toBe('cause-found');
  expect(code).toBe(0);
});

test('a machine without namespaces gets the replay, and is told why', async () => {
  const child = start(['demo', '--dir', folder], { PATH: folder });
  const { code, stdout } = await ended(child);
  expect(stdout).toContain('Cannot make the namespaces of a lab');
  expect(stdout).toContain('replaying a recorded look');
  expect(code).toBe(0);
});

describeWith(['namespaces', 'ip', 'nft'], 'the demo', () => {
  test.each(['building a homelab', 'utility$ kubectl returnpath diagnose'])(
    'interrupted by Ctrl-C after "%s" says so and ends with 130',
    { timeout: 60_000 },
    async (line) => {
      const child = start(['demo', '--dir', folder]);
      const result = ended(child);
      let said = '';
      let isTold = false;
      child.stdout?.on('data', (chunk) => {
        said += chunk;
        // a second one would end it the hard way
        if (said.includes(line) && !isTold) isTold = child.kill('SIGINT');
      });
      expect(await result).toMatchObject({ code: 130, stderr: 'interrupted\n' });
    },
  );
});

describeWith(['namespaces', 'ip'], 'returnpath against a running lab', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await startLab();
  });
  afterAll(() => lab.stop());

  const ask = (...more: string[]) => [
    'diagnose',
    ...['--from', `lab://${lab.id}/node`, '--to', `lab://${lab.id}/nas`, '--control', '10.0.0.1'],
    ...more,
  ];

  test('interrupted by Ctrl-C prints what is known and ends with 130', async () => {
    await lab.break('api-hangs');
    const child = start([...ask(), '--port', '80']);
    const result = ended(child);
    await untilAsked(lab);
    child.kill('SIGINT');
    const { code, stdout } = await result;
    await lab.mend('api-hangs');
    expect(stdout).toMatch(/^CANNOT TELL/);
    expect(code).toBe(130);
  });

  test('keeps what it saw, so that it can be judged again', async () => {
    const file = join(folder, 'look.json');
    await lab.break('accept-routes');
    const live = await returnpath(...ask('-o', 'json', '--save', file));
    await lab.mend('accept-routes');
    const again = await returnpath('diagnose', '-f', file, '-o', 'json');
    expect(JSON.parse(again.stdout)).toEqual(JSON.parse(live.stdout));
    expect([live.code, again.code]).toEqual([1, 1]);
  });

  test('takes its question from a file as well', async () => {
    const file = join(folder, 'home.yaml');
    const [from, to] = [`lab://${lab.id}/node`, `lab://${lab.id}/nas`];
    writeFileSync(file, `from: ${from}\nto: ${to}\nport: 2049\ncontrol: [10.0.0.1]\n`);
    const { code, stdout } = await returnpath('diagnose', '--config', file);
    expect(stdout).toMatch(/^HEALTHY {2}talos-1 reaches truenas .* on :2049,/);
    expect(code).toBe(0);
  });

  test('trace and whatif look for themselves', async () => {
    const nas = `lab://${lab.id}/nas`;
    const look = ['--at', `lab://${lab.id}/node`, '--look', nas];
    await lab.break('accept-routes');
    const traced = await returnpath('trace', ...look, '10.0.0.210:2049');
    const set = ['--set', 'tailscale.acceptRoutes=false'];
    const mended = await returnpath('trace', ...look, '10.0.0.210:2049', '--on', 'nas', ...set);
    const whatif = await returnpath('whatif', '--at', nas, '--source', '10.0.0.210', ...set);
    await lab.mend('accept-routes');
    expect(traced).toMatchObject({ code: 1, stdout: expect.stringContaining('rule 5270') });
    expect(mended.code).toBe(0);
    expect(whatif.stdout).toMatch(
      /10\.0\.0\.197\n +before +tailscale0 .*rule 5270.*\n +after +enp1s0 /,
    );
  });

  test.each(['trace 10.0.0.210', 'whatif --at nas --down eth0'])(
    '%s asks for something to look at',
    async (line) => {
      const { code, stderr } = await returnpath(...line.split(' '));
      expect(stderr).toContain('give a snapshot with -f, or a vantage');
      expect(code).toBe(3);
    },
  );

  test('trace says why a vantage could not be looked at', async () => {
    const { code, stderr } = await returnpath('trace', '--at', `lab://${lab.id}/x`, '10.0.0.1');
    expect(stderr).toContain('has no such host');
    expect(code).toBe(4);
  });

  test('a vantage that does not exist is told, and the rest is still judged', async () => {
    const args = ['diagnose', '--from', `lab://${lab.id}/node`, '--to', `lab://${lab.id}/nobody`];
    const { code, stdout } = await returnpath(...args, '--address', '10.0.0.210');
    expect(stdout).toContain('lab "');
    expect(stdout).toContain('has no such host');
    expect(code).toBe(0);
  });
});

/** Waits until the node holds a connection to the API that nobody answers; 5 s at most. */
async function untilAsked(lab: Lab): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    const { stdout } = await lab.exec('nas', ['ss', '-Htn', 'state', 'established', 'sport', '80']);
    if (stdout.includes('10.0.0.197')) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('the program did not ask');
}

describe('a cluster', () => {
  test('whose kubeconfig is not there is a failure outside, and says what was tried', async () => {
    const { code, stdout } = await returnpath('diagnose', '--kubeconfig', join(folder, 'none'));
    expect(stdout).toMatch(/^CANNOT TELL {2}the cluster could not be looked at/);
    expect(stdout).toContain('there is no such file');
    expect(code).toBe(4);
  });

  test.each([
    { how: 'that an option names', by: (file: string) => ({ args: ['--kubeconfig', file] }) },
    {
      how: 'of the kubeconfig that is there',
      by: (KUBECONFIG: string) => ({ env: { KUBECONFIG }, args: ['--to', '10.0.0.210'] }),
    },
  ])('$how and that does not answer is one as well', async ({ by }) => {
    const file = join(folder, 'refused.kubeconfig');
    const cluster = { name: 'c', cluster: { server: 'https://127.0.0.1:1' } };
    const context = { name: 'c', context: { cluster: 'c', user: 'u' } };
    const user = { name: 'u', user: { token: 'planted-token' } };
    const config = {
      'current-context': 'c',
      clusters: [cluster],
      contexts: [context],
      users: [user],
    };
    writeFileSync(file, JSON.stringify({ apiVersion: 'v1', kind: 'Config', ...config }));
    const { args, env = {} } = by(file) as { args: string[]; env?: NodeJS.ProcessEnv };
    for (const command of ['diagnose', 'fix']) {
      const { code, stdout, stderr } = await ended(start([command, ...args], env));
      expect(stdout).toMatch(/^CANNOT TELL {2}the cluster could not be looked at/);
      expect(stdout).toContain('ECONNREFUSED');
      expect(stdout).toContain('--from local: from this machine');
      expect(stdout + stderr).not.toContain('planted-token');
      expect(code).toBe(4);
    }
  });
});

describe('what kubectl printed', () => {
  const events = `NAMESPACE   LAST SEEN   TYPE      REASON        OBJECT            MESSAGE
media       12s         Warning   FailedMount   pod/jellyfin-0    MountVolume.SetUp failed for volume "pvc-1" : mount failed: exit status 32 Mounting command: mount Output: mount.nfs: access denied by server while mounting 10.0.0.210:/mnt/hdd
`;
  const pods = `NAMESPACE   NAME         READY   STATUS              RESTARTS   AGE
media       jellyfin-0   0/1     ContainerCreating   0          5m
`;

  test('in several files is judged as the cluster would be', async () => {
    const [a, b] = [join(folder, 'events.txt'), join(folder, 'pods.txt')];
    writeFileSync(a, events);
    writeFileSync(b, pods);
    const { code, stdout } = await returnpath('diagnose', '-f', a, '-f', b, '-o', 'json');
    const { findings, cluster } = Diagnosis.parse(JSON.parse(stdout));
    expect(findings.map(({ cause }) => cause)).toEqual(['nfs-export-denied']);
    expect(cluster?.symptoms).toMatchObject([
      { state: 'ContainerCreating', object: { name: 'jellyfin-0' } },
    ]);
    expect(code).toBe(1);
  });

  test('by standard input as well', async () => {
    const child = start(['diagnose', '-f', '-']);
    child.stdin?.end(events);
    expect((await ended(child)).code).toBe(1);
  });

  test.each([
    { what: 'nothing that is known', text: 'No resources found in default namespace.\n' },
    { what: 'YAML', text: 'apiVersion: v1\nitems: []\nkind: List\n' },
  ])('with $what in it is refused, and not called cut off', async ({ text }) => {
    const [known, unknown] = [join(folder, 'known.txt'), join(folder, 'unknown.txt')];
    writeFileSync(known, events);
    writeFileSync(unknown, text);
    const { code, stderr } = await returnpath('diagnose', '-f', known, '-f', unknown);
    expect(stderr).toMatch(/^Cannot read ".*unknown\.txt": it is no snapshot, and nothing in it /);
    expect(code).toBe(4);
    const trace = await returnpath('trace', '-f', unknown, '10.0.0.1');
    expect(trace.stderr).toContain('it is no JSON');
  });

  test('two snapshots are one too many', async () => {
    const { code, stderr } = await returnpath('diagnose', '-f', OUTAGE, '-f', OUTAGE);
    expect(stderr).toContain('two snapshots at once');
    expect(code).toBe(3);
  });
});
