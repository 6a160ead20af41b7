import { request } from 'node:http';
import { LOCAL_API_SOCKET } from '../socket-path.ts';

/** Longer than tailscaled ever takes here; without it a hung daemon would hang us for good. */
const LIMIT_MS = 60_000;

/** What LocalAPI answers; `send` is the only way the CLI reaches its daemon. */
export interface LocalClient {
  /** @throws {CliError} If there is no daemon, or it refuses. */
  send(method: string, path: string, body?: object): Promise<string>;
}

/** Ends the CLI with these words and exit status 1. */
export class CliError extends Error {}

/** @param command As it was typed, for the hint after a refusal. */
export function localClient(command: string, socketPath = LOCAL_API_SOCKET): LocalClient {
  return {
    async send(method, path, body) {
      const { status, text } = await ask(socketPath, method, path, body);
      if (status === 403) {
        throw new CliError(
          `Access denied: ${text.trim()}\n\nUse 'sudo ${command}'.\nTo not require root, use 'sudo tailscale set --operator=$USER' once.`,
        );
      }
      if (status >= 400) throw new CliError(errorIn(text));
      return text;
    },
  };
}

function ask(
  socketPath: string,
  method: string,
  name: string,
  body: object | undefined,
): Promise<{ readonly status: number; readonly text: string }> {
  const path = `/localapi/v0/${name}`;
  return new Promise((resolve, reject) => {
    const headers = { host: 'local-tailscaled.sock' };
    const asked = request({ socketPath, method, path, headers, timeout: LIMIT_MS }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
    });
    asked.on('timeout', () => asked.destroy(new Error('i/o timeout')));
    asked.on('error', (error: NodeJS.ErrnoException) =>
      reject(
        new CliError(
          `Failed to connect to local Tailscale daemon for ${path}; not running? Error: dial unix ${socketPath}: connect: ${reasonOf(error)}`,
        ),
      ),
    );
    asked.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

function reasonOf({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'ENOENT') return 'no such file or directory';
  return code === 'ECONNREFUSED' ? 'connection refused' : message;
}

function errorIn(text: string): string {
  try {
    return (JSON.parse(text) as { Error?: string }).Error ?? text.trim();
  } catch {
    // an answer in plain words
    return text.trim();
  }
}
