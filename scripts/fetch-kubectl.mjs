// Puts a kubectl that speaks WebSocket into .cache/kubectl and prints its path. It comes from
// Debian trixie (package kubectl, 1.32), by apt with lists of its own, so that the system's
// packages stay as they are: bookworm's 1.20 execs by SPDY only. Needs apt-get, dpkg and a Debian
// mirror; no root.
//   RETURNPATH_DEBIAN_MIRROR   other than http://deb.debian.org/debian
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const SUITE = 'trixie';
const PACKAGE = 'kubectl';
const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';
const mirror = process.env['RETURNPATH_DEBIAN_MIRROR'] ?? 'http://deb.debian.org/debian';
const cache = fileURLToPath(new URL('../.cache/kubectl/', import.meta.url));
const kubectl = `${cache}kubectl`;

if (!existsSync(kubectl)) fetchKubectl();
process.stdout.write(`${kubectl}\n`);

function fetchKubectl() {
  const work = `${cache}work-${process.pid}/`;
  for (const folder of ['lists/partial', 'archives/partial', 'root']) {
    mkdirSync(work + folder, { recursive: true });
  }
  try {
    writeFileSync(`${work}sources.list`, `deb [signed-by=${KEYRING}] ${mirror} ${SUITE} main\n`);
    writeFileSync(`${work}status`, '');
    const options = [
      `Dir::Etc::sourcelist=${work}sources.list`,
      'Dir::Etc::sourceparts=-',
      'Dir::Etc::preferencesparts=-',
      `Dir::State=${work}`,
      `Dir::State::lists=${work}lists`,
      `Dir::State::status=${work}status`,
      `Dir::Cache=${work}`,
      `Dir::Cache::archives=${work}archives`,
      'APT::Get::List-Cleanup=0',
      'Acquire::Languages=none',
      'APT::Sandbox::User=root',
    ].flatMap((option) => ['-o', option]);
    run('apt-get', [...options, '-qq', 'update'], work);
    run('apt-get', [...options, '-qq', 'download', PACKAGE], work);
    const archive = readdirSync(work).find((name) => name.endsWith('.deb'));
    if (!archive) fail(`download ${PACKAGE} of ${SUITE}`, 'apt-get left no package');
    run('dpkg', ['-x', archive, 'root'], work);
    // a rename within one folder, so that nobody finds half a program
    renameSync(`${work}root/usr/bin/kubectl`, kubectl);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function run(command, args, cwd) {
  const { status, stderr, error } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  if (status !== 0) fail(`run ${command} ${args.at(-1)}`, error?.message ?? stderr.trim());
}

function fail(doing, found) {
  process.stderr.write(`Cannot ${doing}: ${found}\n`);
  process.exit(1);
}
