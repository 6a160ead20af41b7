import type { Lab } from '../../src/lab/start.ts';

/** Where a container of the NAS sees its own LocalAPI socket. */
const SOCKET = '/var/run/tailscale/tailscaled.sock';

export interface LocalApiAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface LocalApiAsk {
  readonly host?: string;
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Become this user first. */
  readonly uid?: number;
  /** Stop listening after so many lines; for streams. */
  readonly lines?: number;
}

/** Asks the LocalAPI of a lab host's tailscaled, from that host. */
export async function localApi(lab: Lab, ask: LocalApiAsk): Promise<LocalApiAnswer> {
  const { host = 'nas-tailscale', uid, ...rest } = ask;
  const user = uid === undefined ? [] : ['setpriv', `--reuid=${uid}`, '--clear-groups'];
  const argv = [...user, process.execPath, '-e', CLIENT, JSON.stringify(rest)];
  const { stdout, stderr } = await lab.exec(host, argv);
  if (stdout === '') throw new Error(`Cannot ask the LocalAPI of "${host}": ${stderr}`);
  return JSON.parse(stdout) as LocalApiAnswer;
}

const CLIENT = `
  const { method, path, headers = { host: 'local-tailscaled.sock' }, body, lines } = JSON.parse(process.argv[1]);
  const asked = require('node:http').request({ socketPath: '${SOCKET}', method, path, headers });
  asked.on('response', (response) => {
    let text = '';
    const say = () => {
      const { statusCode: status, headers } = response;
      process.stdout.write(JSON.stringify({ status, headers, body: text }));
      process.exit();
    };
    response.on('data', (chunk) => {
      text += chunk;
      if (lines && text.split('\\n').length > lines) say();
    });
    response.on('end', say);
  });
  asked.on('error', (error) => { console.error(error.message); process.exit(1); });
  asked.end(body);`;
