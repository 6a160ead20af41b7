import { request } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import type { PrefsEdit } from '../tailscaled/prefs.ts';

const ANSWER_LIMIT_MS = 5_000;
/** A container that is being made anew has its socket again after well under a second. */
const SOCKET_LIMIT_MS = 5_000;
/** A log-in is a few commands of the container's first process. */
const LOGIN_LIMIT_MS = 10_000;
const LOOK_EVERY_MS = 20;

/**
 * Edits preferences as any root user would: by PATCH over the LocalAPI socket.
 *
 * @throws {Error} With tailscaled's answer, if it refuses.
 */
export async function editPrefs(socketPath: string, edit: PrefsEdit): Promise<void> {
  const masks = Object.keys(edit).map((field) => [`${field}Set`, true]);
  const body = { ...edit, ...Object.fromEntries(masks) };
  await ask(socketPath, { doing: 'edit preferences', method: 'PATCH', path: 'prefs', body });
}

/**
 * Logs a node out and waits until its container has logged it in again.
 *
 * @throws {Error} If it has not after ten seconds.
 */
export async function logInAgain(socketPath: string): Promise<void> {
  await ask(socketPath, { doing: 'log out', method: 'POST', path: 'logout' });
  const deadline = Date.now() + LOGIN_LIMIT_MS;
  while (Date.now() < deadline) {
    const doing = 'look at the node';
    const text = await ask(socketPath, { doing, method: 'GET', path: 'status?peers=false' });
    if ((JSON.parse(text) as { BackendState: string }).BackendState === 'Running') return;
    await wait(LOOK_EVERY_MS);
  }
  throw new Error(`Cannot log in again: not within ${LOGIN_LIMIT_MS} ms`);
}

interface Ask {
  readonly doing: string;
  readonly method: string;
  readonly path: string;
  readonly body?: object;
}

/** Waits a while for a socket that is not there. */
async function ask(socketPath: string, what: Ask): Promise<string> {
  const deadline = Date.now() + SOCKET_LIMIT_MS;
  for (;;) {
    try {
      return await askOnce(socketPath, what);
    } catch (error) {
      const isAbsent = (error as NodeJS.ErrnoException).code === 'ENOENT';
      if (!isAbsent || Date.now() > deadline) throw error;
      await wait(LOOK_EVERY_MS);
    }
  }
}

function askOnce(socketPath: string, { doing, method, path, body }: Ask): Promise<string> {
  return new Promise((resolve, reject) => {
    const asked = request(
      {
        socketPath,
        method,
        path: `/localapi/v0/${path}`,
        headers: { host: 'local-tailscaled.sock', 'content-type': 'application/json' },
        timeout: ANSWER_LIMIT_MS,
      },
      (response) => {
        const { statusCode = 0 } = response;
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('end', () => {
          if (statusCode < 300) resolve(text);
          else reject(new Error(`Cannot ${doing}: ${statusCode} ${text.trim()}`));
        });
      },
    );
    asked.on('timeout', () => asked.destroy(new Error(`Cannot ${doing}: no answer`)));
    asked.on('error', reject);
    asked.end(body && JSON.stringify(body));
  });
}
