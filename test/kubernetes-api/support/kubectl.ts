import { type ChildProcess, spawn } from 'node:child_process';
import { kubectlPath } from '../../support/needs.ts';

interface KubectlAnswer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export type Kubectl = (
  args: readonly string[],
  options?: { readonly stdin?: string },
) => Promise<KubectlAnswer>;

/** The real kubectl with one kubeconfig and a cache of its own, so that no test sees another's. */
export function kubectlWith(kubeconfig: string): Kubectl {
  return (args, { stdin = '' } = {}) =>
    new Promise((resolve, reject) => {
      const child = startKubectl(kubeconfig, args);
      const texts = { stdout: '', stderr: '' };
      child.stdout?.on('data', (chunk: Buffer) => {
        texts.stdout += chunk.toString();
      });
      child.stderr?.on('data', (chunk: Buffer) => {
        texts.stderr += chunk.toString();
      });
      child.on('error', reject);
      child.stdin?.on('error', () => undefined);
      child.stdin?.end(stdin);
      child.on('close', (code) => resolve({ code: code ?? 137, ...texts }));
    });
}

/** A kubectl that goes on by itself, like `logs -f`. */
export function startKubectl(kubeconfig: string, args: readonly string[]): ChildProcess {
  const all = [`--kubeconfig=${kubeconfig}`, `--cache-dir=${kubeconfig}.cache`, ...args];
  // a hanging kubectl ends with the test, not after it
  return spawn(kubectlPath(), all, { timeout: 60_000, killSignal: 'SIGKILL' });
}
