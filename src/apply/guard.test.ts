import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { localReach } from '../../test/support/local-reach.ts';
import type { Step } from '../model/plan.ts';
import { systemClock } from '../platform/clock.ts';
import { armGuard, disarmGuard } from './guard.ts';
import type { HandContext } from './hand.ts';

describe('the timer on the far host', () => {
  let folder = '';
  let number = 0;
  const id = () => `unit-${process.pid}-${number}`;
  const place = () => ['/run', '/tmp'].map((dir) => `${dir}/returnpath-guard-${id()}`);
  const leftovers = () =>
    ['/run', '/tmp'].flatMap((dir) => readdirSync(dir).filter((name) => name.includes(id())));
  const value = () => readFileSync(join(folder, 'value'), 'utf8').trim();

  beforeEach(() => {
    number += 1;
    folder = mkdtempSync('/tmp/rp-guard-');
    writeFileSync(join(folder, 'value'), 'new\n');
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
    expect(leftovers()).toEqual([]);
  });

  /** @param path The only place where programs are, if given. */
  function context(path?: string): HandContext {
    return {
      reach: localReach(path),
      vantage: 'ssh://far',
      clock: systemClock,
      signal: AbortSignal.timeout(30_000),
      tell: () => undefined,
    };
  }

  function step(undoes: string): Step {
    const reads = `cat ${folder}/value`;
    return {
      id: 'unit',
      change: { kind: 'shell', reads, does: ':', undoes, from: 'old', to: 'new', serves: [] },
    } as unknown as Step;
  }

  test('takes the step back when its time is over', async () => {
    const timer = { id: id(), afterSeconds: 1 };
    await armGuard(step(`echo old >${folder}/value`), timer, context());
    await expect.poll(value, { timeout: 10_000 }).toBe('old');
    await expect.poll(leftovers, { timeout: 10_000 }).toEqual([]);
  });

  test('one that is about to take it back is waited for, so that what is read next holds', async () => {
    const timer = { id: id(), afterSeconds: 1 };
    const go = join(folder, 'go');
    const undoes = `while [ ! -e ${go} ]; do sleep 0.1; done; echo old >${folder}/value`;
    await armGuard(step(undoes), timer, context());
    const firing = () => place().some((path) => existsSync(`${path}.now`));
    await expect.poll(firing, { timeout: 10_000 }).toBe(true);
    const disarmed = disarmGuard(timer, context());
    writeFileSync(go, '');
    expect(await disarmed).toBe(false);
    expect(value()).toBe('old');
  });

  test('takes back what arrives only after its time, and is told to look no more', async () => {
    const timer = { id: id(), afterSeconds: 1 };
    const set = (word: string) => writeFileSync(join(folder, 'value'), `${word}\n`);
    const fired = () => place().some((path) => existsSync(`${path}.now`));
    set('old');
    await armGuard(step(`echo old >${folder}/value`), timer, context());
    await expect.poll(fired, { timeout: 10_000 }).toBe(true);
    set('new');
    await expect.poll(value, { timeout: 10_000 }).toBe('old');
    await expect.poll(leftovers, { timeout: 10_000 }).toEqual([]);
    await armGuard(step(`echo old >${folder}/value`), timer, context());
    await expect.poll(fired, { timeout: 10_000 }).toBe(true);
    expect(await disarmGuard(timer, context())).toBe(false);
    expect(leftovers()).toEqual([]);
  });

  test('tries again where taking it back fails', async () => {
    const go = join(folder, 'go');
    const undoes = `[ -e ${go} ] && echo old >${folder}/value || { touch ${go}; exit 1; }`;
    await armGuard(step(undoes), { id: id(), afterSeconds: 1 }, context());
    await expect.poll(value, { timeout: 10_000 }).toBe('old');
    await expect.poll(leftovers, { timeout: 10_000 }).toEqual([]);
  });

  test('does not end a process that has its number since', async () => {
    const timer = { id: id(), afterSeconds: 600 };
    await armGuard(step(':'), timer, context());
    const path = place().find((one) => existsSync(`${one}.pid`));
    const waiting = Number(readFileSync(`${path}.pid`, 'utf8'));
    const other = spawn('sleep', ['600'], { detached: true, stdio: 'ignore' });
    try {
      writeFileSync(`${path}.pid`, `${other.pid}\n`);
      expect(await disarmGuard(timer, context())).toBe(true);
      expect(() => process.kill(other.pid ?? 0, 0)).not.toThrow();
      expect(other.signalCode).toBeNull();
    } finally {
      process.kill(-waiting, 'SIGTERM');
      other.kill();
    }
  });

  test('cannot be armed where nobody could wait for it, and leaves nothing there', async () => {
    for (const name of ['sh', 'cat', 'mv', 'rm', 'sleep', 'id']) {
      symlinkSync(`/bin/${name}`, join(folder, name));
    }
    const arming = armGuard(step(':'), { id: id(), afterSeconds: 600 }, context(folder));
    await expect(arming).rejects.toThrow('neither systemd nor setsid is there');
  });
});
