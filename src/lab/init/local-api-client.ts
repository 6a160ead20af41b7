import { request } from 'node:http';
import type { PrefsEdit } from '../tailscaled/prefs.ts';

const EDIT_LIMIT_MS = 5_000;

/**
 * Edits preferences as any root user would: by PATCH over the LocalAPI socket.
 *
 * @throws {Error} With tailscaled's answer, if it is not 200.
 */
export function editPrefs(socketPath: string, edit: PrefsEdit): Promise<void> {
  const masks = Object.keys(edit).map((field) => [`${field}Set`, true]);
  const body = JSON.stringify({ ...edit, ...Object.fromEntries(masks) });
  return new Promise((resolve, reject) => {
    const asked = request(
      {
        socketPath,
        method: 'PATCH',
        path: '/localapi/v0/prefs',
        headers: { host: 'local-tailscaled.sock', 'content-type': 'application/json' },
        timeout: EDIT_LIMIT_MS,
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('end', () => {
          if (response.statusCode === 200) resolve();
          else reject(new Error(`Cannot edit preferences: ${response.statusCode} ${text.trim()}`));
        });
      },
    );
    asked.on('timeout', () => asked.destroy(new Error('Cannot edit preferences: no answer')));
    asked.on('error', reject);
    asked.end(body);
  });
}
