import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { locateLabHost } from '../../src/lab/locate.ts';
import type { Lab } from '../../src/lab/start.ts';
import { Diagnosis } from '../../src/model/diagnosis.ts';
import type { Snapshot } from '../../src/model/snapshot.ts';
import { LAB_FINGERPRINT } from './at-utility.ts';

export const LAUNCHER = join(import.meta.dirname, '../../bin/returnpath.js');

/** A folder for keys and answers that goes with the test file. */
export const folder = mkdtempSync(join(tmpdir(), 'returnpath-nas-looks-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The command line, run by somebody who sits at a host of the lab, usually one of the LAN. */
export async function returnpath(
  lab: Lab,
  args: readonly string[],
  at = 'utility',
): Promise<Ended> {
  const { enterNetwork } = await locateLabHost(lab.id, at);
  const [program = '', ...rest] = [...enterNetwork, process.execPath, LAUNCHER, ...args];
  return new Promise((resolve) => {
    const options = {
      env: { ...process.env, XDG_STATE_HOME: join(folder, 'state') },
      maxBuffer: 64 * 1024 * 1024,
    };
    const child = execFile(program, rest, options, (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
    );
    child.stdin?.end();
  });
}

/** Options that log in with a key, which stands in a file. */
export function withKey(key: string): readonly string[] {
  const file = join(folder, 'key');
  writeFileSync(file, `${key}\n`);
  return ['--truenas-key-file', file, '--fingerprint', LAB_FINGERPRINT];
}

export interface NasLook {
  readonly diagnosis: Diagnosis;
  readonly snapshot: Snapshot;
  /** All that was printed and saved. */
  readonly said: string;
}

/** A diagnosis of the way from the node to the NAS, of which `to` is the vantage. */
export async function diagnoseTo(
  lab: Lab,
  to: string,
  {
    from = 'node',
    address = '10.0.0.210',
    more = [],
    at,
  }: {
    readonly from?: string;
    readonly address?: string;
    readonly more?: readonly string[];
    /** Where we sit ourselves. */
    readonly at?: string;
  } = {},
): Promise<NasLook> {
  const look = join(folder, `${lab.id}.json`);
  const control = address.includes(':') ? 'fd00:10::1' : '10.0.0.1';
  const question = ['--from', `lab://${lab.id}/${from}`, '--to', to, '--address', address];
  const args = ['diagnose', ...question, '--control', control, '-o', 'json', '--save', look];
  const { stdout, stderr } = await returnpath(lab, [...args, ...more], at);
  const snapshot = readFileSync(look, 'utf8');
  return {
    diagnosis: Diagnosis.parse(JSON.parse(stdout)),
    snapshot: JSON.parse(snapshot),
    said: stdout + stderr + snapshot,
  };
}
