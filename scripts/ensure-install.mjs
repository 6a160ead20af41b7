// Installs what the lock file names, when what is installed differs from it.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Runs `npm ci --include=dev` if needed; ends the process with its status when it fails. */
export function ensureInstalled() {
  if (isInstalled()) return;
  process.stderr.write('installing what package-lock.json names (npm ci --include=dev)\n');
  const npm = spawnSync('npm', ['ci', '--include=dev', '--no-audit', '--no-fund'], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
  });
  if (npm.status !== 0) process.exit(npm.status ?? 1);
}

/** True when node_modules holds exactly what the lock file names. */
function isInstalled() {
  const wanted = packagesOf('package-lock.json');
  const found = packagesOf('node_modules/.package-lock.json');
  if (!wanted || !found) return false;
  const same = ([path, entry]) => wanted[path]?.integrity === entry.integrity;
  const optional = ([path, entry]) => found[path] !== undefined || entry.optional || entry.peer;
  return Object.entries(found).every(same) && Object.entries(wanted).every(optional);
}

/** Installed path → entry, without the project itself, or nothing when there is no such file. */
function packagesOf(lockFile) {
  try {
    const { packages } = JSON.parse(readFileSync(`${root}${lockFile}`, 'utf8'));
    const { '': _project, ...rest } = packages;
    return rest;
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}
