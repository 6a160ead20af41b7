import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { IMAGES } from '../kubernetes/homelab/images.ts';
import { containerPaths } from './container-path.ts';

describe('containerPaths()', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'returnpath-paths-'));
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    chmodSync(folder, 0o755);
    rmSync(folder, { recursive: true });
  });

  // the link stands for the closed folder where the test runs as root, whom no mode stops
  const unreadable = [
    { what: 'is closed to this user', make: (path: string) => mkdirSync(path, { mode: 0 }) },
    { what: 'is a link to itself', make: (path: string) => symlinkSync(path, path) },
    { what: 'is a file', make: (path: string) => writeFileSync(path, '') },
    { what: 'is not there', make: () => undefined },
  ];

  test.each(unreadable)('looks on where a folder of the path $what', ({ make }) => {
    const odd = join(folder, 'odd');
    make(odd);
    vi.stubEnv('PATH', `${odd}:${process.env['PATH']}`);
    const paths = containerPaths(join(folder, 'links'));
    expect(() => paths.assertHas('busybox', 'sh')).not.toThrow();
    expect(() => paths.assertHas('busybox', 'no-such-program')).toThrow(
      'exec: "no-such-program": executable file not found in $PATH',
    );
  });

  test('links past them what the image of the driver has, which is sh and no ip', () => {
    const odd = unreadable.map((_, n) => join(folder, String(n)));
    for (const [n, { make }] of unreadable.entries()) make(odd[n] ?? '');
    vi.stubEnv('PATH', `${odd.join(':')}:${process.env['PATH']}`);
    const paths = containerPaths(join(folder, 'links'));
    expect(() => paths.assertHas(IMAGES.driver, 'sh')).not.toThrow();
    expect(() => paths.assertHas(IMAGES.driver, 'ip')).toThrow(/executable file not found/);
  });

  test('takes no file for a program that nobody may run', () => {
    writeFileSync(join(folder, 'text'), '', { mode: 0o644 });
    vi.stubEnv('PATH', `${folder}:${process.env['PATH']}`);
    const paths = containerPaths(join(folder, 'links'));
    expect(() => paths.assertHas('busybox', 'text')).toThrow(/executable file not found/);
  });
});
