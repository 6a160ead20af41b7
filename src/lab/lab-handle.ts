import { spawn } from 'node:child_process';
import { OutsideError } from '../model/outside-error.ts';
import { commandLab } from './control.ts';
import { findLabs, type RunningLab } from './find-labs.ts';
import { locateLabHost } from './locate.ts';
import { labEnvironment } from './programs.ts';
import type { Trouble } from './protocol.ts';
import { stopLab } from './stop.ts';
import type { TruenasRelease } from './topology/topology.ts';

interface ExecResult {
  readonly stdout: string;
  readonly stderr: string;
  /** Absent when a signal ended it. */
  readonly exitCode: number | undefined;
}

/** A running lab in our hands. */
export interface Lab {
  readonly id: string;
  readonly ownerPid: number;
  /** Resolves when the fault is in force everywhere. */
  break(fault: string): Promise<void>;
  mend(fault: string): Promise<void>;
  /** Makes the TrueNAS another release; whoever is connected stays so. */
  release(name: TruenasRelease): Promise<void>;
  /** Makes something go wrong while somebody mends; absent: nothing any more. */
  trouble(name?: Trouble): Promise<void>;
  /** Logs the NAS' node out; resolves when its container has logged it in again. */
  relogin(): Promise<void>;
  /** Starts a machine anew, with its containers; what is on its disk stays. */
  reboot(host: string): Promise<void>;
  /** Runs a program on a host. A program that fails is a result, not an error. */
  exec(host: string, argv: readonly string[]): Promise<ExecResult>;
  /** Ends the lab and waits until its processes are gone. Safe to call twice. */
  stop(): Promise<void>;
}

/** A handle for the lab of that id, whose owner is that process. */
export function labHandle(id: string, ownerPid: number): Lab {
  const running = (): RunningLab => {
    const found = findLabs().find((lab) => lab.id === id);
    if (found) return found;
    throw new OutsideError({ doing: `use lab "${id}"`, found: 'it has ended' });
  };
  return {
    id,
    ownerPid,
    async break(fault) {
      await commandLab(running(), 'break', fault);
    },
    async mend(fault) {
      await commandLab(running(), 'mend', fault);
    },
    async release(name) {
      await commandLab(running(), 'release', name);
    },
    async trouble(name) {
      await commandLab(running(), 'trouble', name);
    },
    async relogin() {
      await commandLab(running(), 'relogin');
    },
    async reboot(host) {
      await commandLab(running(), 'reboot', host);
    },
    async exec(host, argv) {
      const { enter } = await locateLabHost(id, host);
      return await execute([...enter, ...argv]);
    },
    stop: () => stopLab(ownerPid, id),
  };
}

function execute(argv: readonly string[]): Promise<ExecResult> {
  const [command = '', ...args] = argv;
  return new Promise((resolve, reject) => {
    const env = labEnvironment();
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
    });
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ stdout, stderr, exitCode: code ?? undefined }));
  });
}
