import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { kubeconfigPath } from '../../src/lab/cluster/describe.ts';
import { locateLabHost } from '../../src/lab/locate.ts';
import type { Lab } from '../../src/lab/start.ts';

export const LAUNCHER = join(import.meta.dirname, '../../bin/returnpath.js');

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** One request to the lab's API server, as its audit tells. */
export interface Audited {
  readonly verb: string;
  readonly user: { readonly username: string };
  readonly objectRef?: {
    readonly resource?: string;
    readonly subresource?: string;
    readonly namespace?: string;
    readonly name?: string;
  };
}

/** A person at the lab's utility host: its network, this machine's files, a kubeconfig. */
export interface Operator {
  start(...args: readonly string[]): ChildProcess;
  run(...args: readonly string[]): Promise<Ended>;
  /** As `run`, by a clock that is ahead. */
  runLater(aheadMs: number, ...args: readonly string[]): Promise<Ended>;
  /** @param folder Searched first for programs. */
  runProgram(argv: readonly string[], folder: string): Promise<Ended>;
  /** Requests of a user so far. */
  audit(user?: string): readonly Audited[];
}

export async function operatorOf(lab: Lab, user = 'admin'): Promise<Operator> {
  const { enterNetwork, root = '' } = await locateLabHost(lab.id, 'utility');
  const [nsenter = '', ...enter] = enterNetwork;
  const env = { ...process.env, KUBECONFIG: `${root}${kubeconfigPath(user)}` };
  const start = (...args: readonly string[]) =>
    spawn(nsenter, [...enter, process.execPath, LAUNCHER, ...args], { env });
  return {
    start,
    run: (...args) => ended(start(...args)),
    runLater: (aheadMs, ...args) => {
      const code = `const now=Date.now;Date.now=()=>now()+${aheadMs}`;
      const NODE_OPTIONS = `--import data:text/javascript,${encodeURIComponent(code)}`;
      const argv = [...enter, process.execPath, LAUNCHER, ...args];
      return ended(spawn(nsenter, argv, { env: { ...env, NODE_OPTIONS } }));
    },
    runProgram: (argv, folder) => {
      const PATH = `${folder}:${process.env['PATH'] ?? ''}`;
      return ended(spawn(nsenter, [...enter, ...argv], { env: { ...env, PATH } }));
    },
    audit(of = user) {
      const text = readFileSync(`${root}/run/returnpath-lab/kubernetes/audit.jsonl`, 'utf8');
      const lines = text.split('\n').slice(0, -1);
      return lines
        .map((line) => JSON.parse(line) as Audited)
        .filter(({ user: { username } }) => username === of);
    },
  };
}

export function ended(child: ChildProcess): Promise<Ended> {
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr?.on('data', (chunk) => {
    stderr += chunk;
  });
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, stdout, stderr })));
}
