// Records looks at the lab in each state that the goldens cover: test/scenarios/*.snapshot.json, and
// recordings/ for `returnpath demo --replay`. Run after a change of the snapshot's shape, then
// `npx vitest run test/scenarios -u`, and read the difference.
import { spawnSync } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const LAB = 'record';
const NAS = `lab://${LAB}/nas`;

/** Scenario → fault of the lab (none: healthy) and what is asked. */
const SCENARIOS = {
  healthy: {},
  'accept-routes': { fault: 'accept-routes', more: ['--compare', `lab://${LAB}/utility`] },
  'accept-routes-rp1': { fault: 'accept-routes-rp1' },
  'accept-routes-lan': { fault: 'accept-routes-lan' },
  'accept-routes-ipv6': { fault: 'accept-routes-ipv6' },
  'accept-routes-pinned': { fault: 'accept-routes-pinned' },
  'accept-routes-without-nas': {
    fault: 'accept-routes',
    to: '10.0.0.210',
    more: ['--compare', `lab://${LAB}/utility`],
  },
  'reply-by-tunnel-arrives': { fault: 'reply-by-tunnel-arrives' },
  'exit-node-no-lan': { fault: 'exit-node-no-lan' },
  'nfs-down': { fault: 'nfs-down' },
  'api-hangs': { fault: 'api-hangs' },
  'nas-off': { fault: 'nas-off', more: ['--address', '10.0.0.210'] },
};

function returnpath(...args) {
  const run = spawnSync(process.execPath, [`${root}bin/returnpath.js`, ...args], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (run.status === null || run.status > 2) throw new Error(`returnpath ${args.join(' ')} failed`);
  return run.stdout;
}

returnpath('lab', 'up', '--id', LAB);
try {
  for (const [name, { fault, to = NAS, more = [] }] of Object.entries(SCENARIOS)) {
    const file = `test/scenarios/${name}.snapshot.json`;
    if (fault) returnpath('lab', 'break', '--id', LAB, fault);
    const from = `lab://${LAB}/node`;
    const ask = ['--from', from, '--to', to, '--control', '10.0.0.1', ...more];
    const [headline] = returnpath('diagnose', ...ask, '--save', file).split('\n');
    if (fault) returnpath('lab', 'mend', '--id', LAB, fault);
    process.stdout.write(`${name}: ${headline}\n`);
  }
  copyFileSync(
    `${root}test/scenarios/accept-routes.snapshot.json`,
    `${root}recordings/accept-routes.snapshot.json`,
  );
} finally {
  returnpath('lab', 'down', '--id', LAB);
}
