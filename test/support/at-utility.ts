import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { locateLabHost } from '../../src/lab/locate.ts';
import type { Lab } from '../../src/lab/start.ts';
import { LAB_API_KEY } from '../../src/lab/truenas/accounts.ts';

const LAUNCHER = join(import.meta.dirname, '../../bin/returnpath.js');
/** Of the lab's own certificate, `LAB_ONLY_CERTIFICATE`. */
export const LAB_FINGERPRINT =
  'SHA256:F7:8A:3D:B3:EE:34:73:AF:4B:56:29:26:0C:2F:34:86:D3:7F:69:29:40:4E:82:6B:FE:CE:CA:1A:86:1A:EC:CC';

export interface CommandEnd {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The command line, run by somebody who sits at a host of the lab's LAN. */
export async function atUtility(
  lab: Lab,
  args: readonly string[],
  { state }: { readonly state: string },
): Promise<CommandEnd> {
  const { enterNetwork } = await locateLabHost(lab.id, 'utility');
  const [program = '', ...rest] = [...enterNetwork, process.execPath, LAUNCHER, ...args];
  const env = { ...process.env, XDG_STATE_HOME: state, KUBECONFIG: '/dev/null' };
  const options = { env, maxBuffer: 64 * 1024 * 1024 };
  return new Promise((resolve) => {
    const child = execFile(program, rest, options, (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
    );
    child.stdin?.end();
  });
}

/** Options that let one into the lab's TrueNAS with its API key, which is put into `folder`. */
export function withApiKey(folder: string): readonly string[] {
  const file = join(folder, 'key');
  writeFileSync(file, `${LAB_API_KEY}\n`, { mode: 0o600 });
  return ['--truenas-key-file', file, '--fingerprint', LAB_FINGERPRINT];
}
