import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { allFaults } from '../../src/lab/faults/index.ts';
import { findLabs } from '../../src/lab/find-labs.ts';
import { labPrograms } from '../support/lab.ts';
import { describeWith } from '../support/needs.ts';

const ID = 'cli-test';

describeWith(['namespaces', 'ip', 'nft'], 'returnpath lab', () => {
  let program = '';
  const lab = (...args: readonly string[]) => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ['--input-type=module', '-e', program, ...args],
      {
        encoding: 'utf8',
        timeout: 20_000,
      },
    );
    return { status, stdout, stderr };
  };

  beforeAll(async () => {
    // the lab command alone: what is tested is not the rest of the command line
    program = `
      import { labCommand } from '${await labPrograms()}/lab-cli.js';
      await labCommand().parseAsync(process.argv.slice(1), { from: 'user' });`;
    expect(lab('up', '--id', ID)).toMatchObject({ status: 0, stderr: '' });
  });
  afterAll(() => {
    lab('down', '--id', ID);
  });

  test('up leaves a lab behind that its own process holds', () => {
    expect(findLabs().map(({ id }) => id)).toContain(ID);
  });

  test('status names the hosts, how to reach them, and what is broken', () => {
    lab('break', '--id', ID, 'nfs-down');
    const { stdout } = lab('status', '--id', ID);
    expect(stdout).toContain('faults  nfs-down');
    expect(stdout).toMatch(/lab:\/\/cli-test\/nas +truenas +10\.0\.0\.210 100\.68\.1\.2/);
    expect(lab('mend', '--id', ID, 'nfs-down').stdout).toBe('the lab is whole\n');
  });

  test('break and mend say what is in force', () => {
    expect(lab('break', '--id', ID, 'accept-routes').stdout).toBe('in force: accept-routes\n');
    expect(lab('mend', '--id', ID, 'accept-routes').stdout).toBe('the lab is whole\n');
  });

  test('break refuses what it does not know, and names what it does', () => {
    const { status, stderr } = lab('break', '--id', ID, 'full-moon');
    expect(status).not.toBe(0);
    expect(stderr).toContain('Cannot find the fault "full-moon": known are accept-routes,');
  });

  test('exec runs a program on a host and keeps its exit status', () => {
    expect(lab('exec', '--id', ID, 'nas', '--', 'hostname')).toMatchObject({
      status: 0,
      stdout: 'truenas\n',
    });
    expect(lab('exec', '--id', ID, 'nas', '--', 'sh', '-c', 'exit 7').status).toBe(7);
  });

  test('faults lists every fault with the causes it must yield', () => {
    const lines = lab('faults').stdout.trim().split('\n');
    expect(lines).toHaveLength(allFaults.length);
    expect(lines.find((line) => line.startsWith('nas-off'))).toMatch(/=> {2}host-absent$/);
  });

  test('down ends it, and a second down says that there is none', () => {
    expect(lab('down', '--id', ID)).toMatchObject({ status: 0, stdout: `lab "${ID}" is gone\n` });
    expect(findLabs().map(({ id }) => id)).not.toContain(ID);
    expect(lab('down', '--id', ID).stderr).toContain(`Cannot find the lab "${ID}"`);
  });
});
