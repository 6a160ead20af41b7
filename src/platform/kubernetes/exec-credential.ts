import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { User } from '@kubernetes/client-node';
import { OutsideError } from '../../model/outside-error.ts';
import { atMost } from '../../ports/at-most.ts';
import type { KubeTarget } from './kubeconfig.ts';

/** What a credential plugin gave: a token, or a client certificate in PEM. */
export interface ExecCredential {
  readonly token?: string;
  readonly certificate?: string;
  readonly key?: string;
  readonly expiresUnixMs?: number;
}

interface ExecConfig {
  readonly apiVersion?: string;
  readonly command?: string;
  readonly args?: readonly string[] | null;
  readonly env?: readonly { readonly name: string; readonly value: string }[] | null;
  readonly installHint?: string;
  readonly interactiveMode?: string;
  readonly provideClusterInfo?: boolean;
}

const OUTPUT_LIMIT_BYTES = 1024 * 1024;
/** A plugin may open a browser and wait for a person, where there is one. */
const ALONE_TIMEOUT_MS = 30_000;
const INTERACTIVE_TIMEOUT_MS = 300_000;

/**
 * Runs the credential plugin of a kubeconfig user, as kubectl does.
 *
 * @throws {OutsideError} If it cannot be run, fails, takes too long, or prints something else.
 *
 * Source: k8s.io/client-go plugin/pkg/client/auth/exec/exec.go; client.authentication.k8s.io/v1.
 */
export async function execCredential(
  { user, cluster, folder }: Pick<KubeTarget, 'user' | 'cluster' | 'folder'>,
  signal: AbortSignal,
): Promise<ExecCredential> {
  const config = user.exec as ExecConfig;
  const command = config.command ?? '';
  const isInteractive = config.interactiveMode !== 'Never' && process.stdin.isTTY === true;
  const stdout = await output(config, {
    // a command with a slash in it is meant from the folder of the kubeconfig
    path:
      /[\\/]/.test(command) && !/^(?:\/|[A-Za-z]:)/.test(command) ? join(folder, command) : command,
    info: execInfo(config, cluster, isInteractive),
    isInteractive,
    signal,
  });
  return readCredential(stdout, command);
}

/** Whether a user's credentials come from a plugin. */
export function hasPlugin(user: User): boolean {
  return user.exec !== undefined && user.exec !== null;
}

function execInfo(
  { apiVersion = 'client.authentication.k8s.io/v1', provideClusterInfo }: ExecConfig,
  cluster: KubeTarget['cluster'],
  interactive: boolean,
): string {
  const info = {
    server: cluster.server,
    'tls-server-name': cluster.tlsServerName,
    'insecure-skip-tls-verify': cluster.skipTLSVerify,
    'certificate-authority-data': cluster.caData,
    'proxy-url': cluster.proxyUrl,
  };
  const spec = { interactive, ...(provideClusterInfo === true ? { cluster: info } : {}) };
  return JSON.stringify({ kind: 'ExecCredential', apiVersion, spec });
}

interface Run {
  readonly path: string;
  readonly info: string;
  readonly isInteractive: boolean;
  readonly signal: AbortSignal;
}

function output(config: ExecConfig, { path, info, isInteractive, signal }: Run): Promise<string> {
  const doing = `get credentials from "${config.command ?? ''}"`;
  const limit = isInteractive ? INTERACTIVE_TIMEOUT_MS : ALONE_TIMEOUT_MS;
  const env = Object.fromEntries((config.env ?? []).map(({ name, value }) => [name, value]));
  return new Promise((resolve, reject) => {
    const timeout = atMost(limit);
    const child = spawn(path, [...(config.args ?? [])], {
      env: { ...process.env, ...env, KUBERNETES_EXEC_INFO: info },
      stdio: [isInteractive ? 'inherit' : 'ignore', 'pipe', isInteractive ? 'inherit' : 'pipe'],
      signal: AbortSignal.any([signal, timeout]),
      killSignal: 'SIGKILL',
    });
    const texts = { stdout: '', stderr: '' };
    child.stdout?.on('data', (chunk: Buffer) => {
      texts.stdout += chunk.toString();
      if (texts.stdout.length > OUTPUT_LIMIT_BYTES) child.kill('SIGKILL');
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      texts.stderr = (texts.stderr + chunk.toString()).slice(-2000);
    });
    const failed = (found: string, next: string, cause?: unknown) =>
      reject(new OutsideError({ doing, found, next, cause }));
    child.on('error', (error: NodeJS.ErrnoException) => {
      if (signal.aborted) reject(signal.reason);
      else if (timeout.aborted)
        failed(`no answer within ${limit / 1000} s`, 'run it by hand', error);
      else if (error.code === 'ENOENT') {
        failed('there is no such program', config.installHint?.trim() || 'install it', error);
      } else failed(error.message, 'run it by hand', error);
    });
    child.on('close', (code) => {
      if (code === 0) return resolve(texts.stdout);
      const [last = ''] = texts.stderr.trim().split('\n').slice(-1);
      const why = last === '' ? `it ended with ${code ?? 'a signal'}` : last.slice(0, 300);
      failed(why, 'log in again, as you do for kubectl');
    });
  });
}

/** The output holds a secret: nothing of it is ever shown. */
function readCredential(stdout: string, command: string): ExecCredential {
  const status = statusOf(stdout);
  const { token, clientCertificateData: certificate, clientKeyData: key } = status;
  if (typeof token !== 'string' && typeof certificate !== 'string') {
    throw new OutsideError({
      doing: `get credentials from "${command}"`,
      found: 'it printed no ExecCredential with a token or a certificate',
      next: 'log in again, as you do for kubectl',
    });
  }
  const expires = Date.parse(String(status['expirationTimestamp']));
  return {
    ...(typeof token === 'string' ? { token } : {}),
    ...(typeof certificate === 'string' ? { certificate } : {}),
    ...(typeof key === 'string' ? { key } : {}),
    ...(Number.isNaN(expires) ? {} : { expiresUnixMs: expires }),
  };
}

function statusOf(stdout: string): Readonly<Record<string, unknown>> {
  try {
    const { status } = JSON.parse(stdout) as { status?: Record<string, unknown> };
    return status ?? {};
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return {};
    throw error;
  }
}
