import { spawn } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { expect, test } from 'vitest';
import { labPrograms } from '../support/lab.ts';
import { leftoversOf, tracesOf } from '../support/leftovers.ts';
import { describeWith } from '../support/needs.ts';

const NOBODY = 65_534;

// As an ordinary user every lab test is one of these; here root becomes one.
describeWith(
  ['namespaces', 'root', 'unprivileged-namespaces', 'ip', 'nft'],
  'lab of nobody',
  () => {
    test('is built, broken, mended and ended without root', async () => {
      const said = await asNobody(`
      const { stdout } = await lab.exec('nas', ['cat', '/proc/self/uid_map']);
      say({ uidMap: stdout.trim().split(/ +/).map(Number) });
      const reach = async (address) => (await lab.exec('node', ['ping', '-c1', '-W1', address])).exitCode === 0;
      say({ healthy: await reach('10.0.0.210') });
      await lab.break('accept-routes');
      say({ broken: await reach('10.0.0.210'), control: await reach('10.0.0.1') });
      const { stdout: route } = await lab.exec('nas', ['ip', 'route', 'get', '10.0.0.197', 'from', '10.0.0.210']);
      say({ route: route.split('\\n')[0].trim() });
      await lab.mend('accept-routes');
      say({ mended: await reach('10.0.0.210') });
    `);
      expect(said).toEqual([
        { uidMap: [0, NOBODY, 1] },
        { healthy: true },
        { broken: false, control: true },
        { route: '10.0.0.197 from 10.0.0.210 dev tailscale0 table 52 uid 0' },
        { mended: true },
      ]);
    });

    test('leaves nothing when its owner is killed', async () => {
      const id = 'nobody-killed';
      let traces = tracesOf(id);
      await asNobody(`say({ ownerPid: lab.ownerPid }); await new Promise(() => {});`, {
        id,
        onSaid: ({ ownerPid }) => {
          traces = tracesOf(id);
          process.kill(Number(ownerPid), 'SIGKILL');
        },
      });
      await expect.poll(() => leftoversOf(traces), { timeout: 15_000 }).toEqual([]);
    });
  },
);

type Said = Readonly<Record<string, unknown>>;

/** Runs `body` with a `lab` of an unprivileged user, and gives what it passed to `say`. */
async function asNobody(
  body: string,
  { id = 'nobody', onSaid }: { id?: string; onSaid?: (said: Said) => void } = {},
): Promise<readonly Said[]> {
  const programs = await labPrograms();
  chmodSync(programs, 0o755);
  const script = `
    const { startLab } = await import('${programs}/start.js');
    const say = (said) => process.stdout.write(JSON.stringify(said) + '\\n');
    const lab = await startLab({ id: '${id}', programs: '${programs}' });
    process.once('beforeExit', () => process.exit());
    try { ${body} } finally { await lab.stop(); }`;
  const child = spawn(
    'setpriv',
    [
      ...[`--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'],
      ...[process.execPath, '--input-type=module', '-e', script],
    ],
    { stdio: ['ignore', 'pipe', 'inherit'], cwd: '/' },
  );
  const all: Said[] = [];
  let rest = '';
  for await (const chunk of child.stdout) {
    const lines = `${rest}${chunk}`.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const said = JSON.parse(line) as Said;
      all.push(said);
      onSaid?.(said);
    }
  }
  return all;
}
