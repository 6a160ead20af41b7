// Records looks at the lab in each state that the goldens cover: test/scenarios/*.snapshot.json, and
// recordings/ for `returnpath demo --replay`. Run after a change of the snapshot's shape, then
// `npx vitest run test/scenarios -u`, and read the difference. Names given record these alone.
import { spawnSync } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const LAB = 'record';
/** Another lab, with a cluster, in the middle of the outage. */
const NIGHT = 'record-night';
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

/** The same for what begins with a kubeconfig. */
const NIGHTS = {
  'cluster-outage': ['--to', `lab://${NIGHT}/nas`],
  'cluster-outage-without-nas': [],
};

const wanted = process.argv.slice(2);
const chosen = (scenarios) =>
  Object.entries(scenarios).filter(([name]) => wanted.length === 0 || wanted.includes(name));

function returnpath(...args) {
  const run = spawnSync(process.execPath, [`${root}bin/returnpath.js`, ...args], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (run.status === null || run.status > 2) throw new Error(`returnpath ${args.join(' ')} failed`);
  return run.stdout;
}

function record(name, ask) {
  const [headline] = ask('--save', `test/scenarios/${name}.snapshot.json`).split('\n');
  process.stdout.write(`${name}: ${headline}\n`);
}

if (chosen(SCENARIOS).length > 0) {
  returnpath('lab', 'up', '--id', LAB);
  try {
    for (const [name, { fault, to = NAS, more = [] }] of chosen(SCENARIOS)) {
      if (fault) returnpath('lab', 'break', '--id', LAB, fault);
      const from = `lab://${LAB}/node`;
      const ask = ['--from', from, '--to', to, '--control', '10.0.0.1', ...more];
      record(name, (...save) => returnpath('diagnose', ...ask, ...save));
      if (fault) returnpath('lab', 'mend', '--id', LAB, fault);
    }
  } finally {
    returnpath('lab', 'down', '--id', LAB);
  }
}

if (chosen(NIGHTS).length > 0) {
  returnpath('lab', 'up', '--id', NIGHT, '--kubernetes', '--outage');
  try {
    // until the first mounts have hung for the 30 s that the driver gives them
    spawnSync('sleep', ['40']);
    for (const [name, ask] of chosen(NIGHTS)) {
      const own = [process.execPath, `${root}bin/returnpath.js`, 'diagnose'];
      const at = ['lab', 'exec', '--id', NIGHT, '--network-only', 'utility', '--', ...own];
      record(name, (...save) => returnpath(...at, '--context', 'admin@homelab', ...ask, ...save));
    }
    copyFileSync(
      `${root}test/scenarios/cluster-outage.snapshot.json`,
      `${root}recordings/accept-routes.snapshot.json`,
    );
  } finally {
    returnpath('lab', 'down', '--id', NIGHT);
  }
}
