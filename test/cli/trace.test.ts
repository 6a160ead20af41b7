import { join } from 'node:path';
import type { Command } from 'commander';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { traceCommand } from '../../src/cli/trace.ts';
import { whatifCommand } from '../../src/cli/whatif.ts';

const OUTAGE = join(import.meta.dirname, '../scenarios/accept-routes.snapshot.json');

afterEach(() => {
  process.exitCode = undefined;
});

/** What a command prints, and the exit code it asks for. */
async function run(command: Command, ...args: string[]): Promise<{ out: string; code: unknown }> {
  let out = '';
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    out += String(chunk);
    return true;
  });
  try {
    await command.parseAsync([...args, '-f', OUTAGE], { from: 'user' });
  } finally {
    write.mockRestore();
  }
  return { out, code: process.exitCode };
}

describe('returnpath trace', () => {
  test('shows where the reply of the outage dies', async () => {
    const { out, code } = await run(traceCommand(), '--at', 'node', '10.0.0.210:2049');
    expect(code).toBe(1);
    expect(out).toMatch(/^there .*10\.0\.0\.210:2049\/tcp {2}delivered$/m);
    expect(out).toMatch(/^back .*DROPPED-BY-PEER$/m);
    expect(out).toMatch(/by tailscale0: rule 5270 asks table 52, which holds 10\.0\.0\.197\/32/);
  });

  test.each([
    ['--set', 'tailscale.acceptRoutes=false'],
    ['--add', 'rule to 10.0.0.0/24 lookup main priority 2500'],
    ['--del', 'route 10.0.0.197 table 52'],
  ])('with %s "%s" on the NAS both legs arrive', async (option, value) => {
    const { out, code } = await run(
      traceCommand(),
      '--at',
      'node',
      '10.0.0.210:2049',
      '--on',
      'nas',
      option,
      value,
    );
    expect(code).toBe(0);
    expect(out).toMatch(/^back .*delivered$/m);
  });

  test('starts at the owner of the source, and takes names for hosts', async () => {
    const { out } = await run(traceCommand(), '10.0.0.197->10.0.0.210:2049', '-o', 'json');
    expect(JSON.parse(out)).toMatchObject({
      forward: { outcome: 'delivered', steps: [{ host: 'node' }, { host: 'nas' }] },
      back: { outcome: 'dropped-by-peer' },
    });
  });

  test.each([
    { args: ['10.0.0.210:2049'], why: /say where the flow starts/ },
    { args: ['--at', 'moon', '10.0.0.210:2049'], why: /the snapshot has/ },
    { args: ['--at', 'node', 'banana'], why: /expected \[SOURCE->\]DESTINATION/ },
    { args: ['--at', 'node', '10.0.0.210', '--down', 'eth9'], why: /no such device/ },
  ])('refuses $args', async ({ args, why }) => {
    await expect(run(traceCommand(), ...args)).rejects.toThrow(why);
  });
});

describe('returnpath whatif', () => {
  test('names exactly what stops being captured', async () => {
    const { out } = await run(
      whatifCommand(),
      '--at',
      'nas',
      '--source',
      '10.0.0.210',
      '--set',
      'tailscale.acceptRoutes=false',
      '-o',
      'json',
    );
    const { changed } = JSON.parse(out);
    const hosts = changed.filter(
      ({ first, last }: { first: string; last: string }) => first === last,
    );
    expect(hosts.map(({ first }: { first: string }) => first)).toEqual([
      '10.0.0.1',
      '10.0.0.197',
      '10.0.0.231',
    ]);
    expect(changed[1]).toMatchObject({
      before: { answers: [{ device: 'tailscale0', table: 52, rule: { priority: 5270 } }] },
      after: { answers: [{ device: 'enp1s0', table: 254 }] },
    });
  });

  test('tells apart what moves and what only has another reason', async () => {
    const { out } = await run(
      whatifCommand(),
      '--at',
      'nas',
      '--source',
      '10.0.0.210',
      '--add',
      'rule to 10.0.0.0/24 lookup main priority 2500',
    );
    const [moved = '', kept = ''] = out.split('keep their way');
    expect(moved).toMatch(/^take another way:\n {2}10\.0\.0\.1\n/);
    expect(moved).toMatch(/10\.0\.0\.197\n {4}before {2}tailscale0/);
    expect(kept).toMatch(/10\.0\.0\.2 to 10\.0\.0\.196/);
  });

  test('says so when nothing changes', async () => {
    const { out } = await run(
      whatifCommand(),
      '--at',
      'nas',
      '--add',
      'route 203.0.113.0/24 via 10.0.0.1 table 99',
    );
    expect(out).toBe('no destination is decided differently\n');
  });

  test('wants a change', async () => {
    await expect(run(whatifCommand(), '--at', 'nas')).rejects.toThrow(/at least one of/);
  });
});
