import { spawn } from 'node:child_process';
import { afterEach, describe, expect, test } from 'vitest';
import { findLabs } from '../../src/lab/find-labs.ts';
import { locateLabHost } from '../../src/lab/locate.ts';
import type { Lab } from '../../src/lab/start.ts';
import { labPrograms, reach, startTestLab } from '../support/lab.ts';
import { leftoversOf, type Traces, tracesOf } from '../support/leftovers.ts';
import { describeWith } from '../support/needs.ts';

const STEPS = ['namespaces', 'files', 'cables', 'hosts', 'addresses', 'ready'] as const;

describeWith(['namespaces', 'ip', 'nft'], 'life of a lab', () => {
  const running: Lab[] = [];
  const start = async (id: string) => {
    const lab = await startTestLab({ id });
    running.push(lab);
    return lab;
  };
  afterEach(async () => {
    await Promise.all(running.splice(0).map((lab) => lab.stop()));
  });

  test('is ready in under two seconds', async () => {
    await labPrograms();
    const took: number[] = [];
    // other tests run on the same processors; the quickest of three tells what the lab needs
    while (took.length < 3 && !took.some((ms) => ms < 1_500)) {
      const started = performance.now();
      const lab = await start(`quick-${took.length}`);
      took.push(performance.now() - started);
      await lab.stop();
    }
    expect(Math.min(...took)).toBeLessThan(2_000);
  });

  test('tells each of its steps but the last, which is to be there', async () => {
    const told: string[] = [];
    const lab = await startTestLab({ id: 'told', onStep: (step) => told.push(step) });
    await lab.stop();
    expect([...told, 'ready']).toEqual(STEPS);
  });

  test('says what to do when its programs were not built', async () => {
    await expect(startTestLab({ programs: '/nowhere' })).rejects.toMatchObject({
      message: expect.stringMatching(/^Cannot start lab .*lab-init\.js is not built yet/),
      next: 'npm run build',
    });
  });

  test.each(STEPS)('killed at "%s", its owner leaves nothing', async (step) => {
    const id = `killed-${step}`;
    let traces: Traces | undefined;
    const kill = (ownerPid: number) => {
      traces = tracesOf(id);
      process.kill(ownerPid, 'SIGKILL');
    };
    if (step === 'ready') {
      kill((await startTestLab({ id })).ownerPid);
    } else {
      const onStep = (reached: string, ownerPid: number) => {
        if (reached === step) kill(ownerPid);
      };
      await expect(startTestLab({ id, onStep })).rejects.toThrow(/Cannot start lab/);
    }
    await expectNothingLeft(traces ?? tracesOf(id));
    expect(findLabs().map((lab) => lab.id)).not.toContain(id);
  });

  test('aborted while it is built, it leaves nothing', async () => {
    const controller = new AbortController();
    let traces: Traces | undefined;
    const onStep = (step: string) => {
      if (step !== 'hosts') return;
      traces = tracesOf('aborted');
      controller.abort(new Error('enough'));
    };
    const building = startTestLab({ id: 'aborted', signal: controller.signal, onStep });
    await expect(building).rejects.toThrow('enough');
    await expectNothingLeft(traces ?? tracesOf('aborted'));
  });

  test('two run side by side and do not know of each other', async () => {
    const [one, two] = await Promise.all([start('one'), start('two')]);
    await one.break('accept-routes');
    const question = { host: 'node', to: '10.0.0.210', port: 2049 };
    expect(await reach(one, question)).toBe('timed-out');
    expect(await reach(two, question)).toBe('answered');
    await expect(locateLabHost(undefined, 'nas')).rejects.toThrow(/several are running/);
    expect((await locateLabHost('two', 'nas')).labId).toBe('two');
  });

  test('a second of the same name is refused', async () => {
    await start('twin');
    await expect(startTestLab({ id: 'twin' })).rejects.toThrow(/one of that name is running/);
  });

  test.each(['', '-x', 'a b', '../up'])('%j is no name for one', async (id) => {
    await expect(startTestLab({ id })).rejects.toThrow(RangeError);
  });

  describe('locateLabHost()', () => {
    test('gives the way in, and LAN addresses before tailnet addresses', async () => {
      const lab = await start('located');
      const { enter, addresses } = await locateLabHost(lab.id, 'nas');
      expect(enter.slice(0, 2)).toEqual(['nsenter', '-t']);
      expect(addresses).toEqual([
        '10.0.0.210',
        '100.68.1.2',
        'fd00:10::210',
        'fd7a:115c:a1e0::4401:102',
      ]);
      await expect(locateLabHost(lab.id, 'moon')).rejects.toThrow(/has no such host/);
      await lab.break('nas-off');
      await expect(locateLabHost(lab.id, 'nas')).rejects.toThrow(/switched off/);
    });

    test('says so when no lab runs', async () => {
      await expect(locateLabHost('nowhere', 'nas')).rejects.toThrow(/Cannot find the lab/);
    });
  });

  test('ends with the process that started it', async () => {
    const starter = spawn(
      'unshare',
      [
        ...(process.getuid?.() === 0 ? [] : ['--user', '--map-root-user']),
        ...['--pid', '--fork', '--kill-child', '--mount', '--mount-proc', '--net'],
        ...['--propagation', 'private', '--', process.execPath],
        ...[`${await labPrograms()}/lab-init.js`, '--lab-id', 'bound'],
        ...['--programs', await labPrograms(), '--bound'],
      ],
      { cwd: '/proc', stdio: ['pipe', 'pipe', 'inherit'] },
    );
    for await (const text of starter.stdout) if (String(text).includes('ready')) break;
    const traces = tracesOf('bound');
    starter.stdin.destroy();
    await expectNothingLeft(traces);
  });
});

async function expectNothingLeft(traces: Traces): Promise<void> {
  expect(traces.namespaces.size).toBeGreaterThan(0);
  await expect.poll(() => leftoversOf(traces), { timeout: 15_000 }).toEqual([]);
}
