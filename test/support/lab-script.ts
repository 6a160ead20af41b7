import { spawn } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { labPrograms } from './lab.ts';

export type Said = Readonly<Record<string, unknown>>;

export interface LabScript {
  readonly id: string;
  /** JavaScript with a `lab` of that id and a `say(object)`. */
  readonly body: string;
  /** Shell, run first as root in a mount namespace of its own with an empty /run. */
  readonly before?: string;
  /** True: sees no process of the machine but its own. */
  readonly alone?: boolean;
  /** Numeric user to become; 0 unless told. */
  readonly uid?: number;
  readonly onSaid?: (said: Said) => void;
}

/** Starts a lab from another process, as another user or on a machine made to differ. */
export async function runWithLab(script: LabScript): Promise<readonly Said[]> {
  const { id, body, before = ':', uid = 0, alone = false, onSaid } = script;
  const programs = await labPrograms();
  chmodSync(programs, 0o755);
  const code = `
    const { startLab } = await import('${programs}/start.js');
    const { locateLabHost } = await import('${programs}/locate.js');
    const say = (said) => process.stdout.write(JSON.stringify(said) + '\\n');
    const lab = await startLab({ id: '${id}', programs: '${programs}' });
    try { ${body} } finally { await lab.stop(); }`;
  const user = uid === 0 ? [] : ['setpriv', `--reuid=${uid}`, `--regid=${uid}`, '--clear-groups'];
  const child = spawn(
    'unshare',
    [
      ...['--mount', '--propagation', 'private'],
      ...(alone ? ['--pid', '--fork', '--kill-child', '--mount-proc'] : []),
      ...['--', 'sh', '-ec'],
      ...[`mount -t tmpfs test /run\n${before}\nexec "$@"`, 'sh'],
      ...[...user, process.execPath, '--input-type=module', '-e', code],
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
