// Run on a lab host: opens a web shell in the app's container of the NAS, types one line, prints what
// came back until the mark. Arguments: an API key, the line.
import { WebSocket } from 'ws';

const [key, line] = process.argv.slice(2);
const options = { rejectUnauthorized: false };
const api = new WebSocket('wss://10.0.0.210/api/current', options);
let lastId = 0;
const answers = new Map();
api.on('message', (data) => {
  const { id, result } = JSON.parse(String(data));
  answers.get(id)?.(result);
});

function call(method, ...params) {
  lastId += 1;
  const id = lastId;
  api.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
  return new Promise((resolve) => answers.set(id, resolve));
}

api.on('open', async () => {
  await call('auth.login_ex', {
    mechanism: 'API_KEY_PLAIN',
    username: 'truenas_admin',
    api_key: key,
  });
  const [container_id] = Object.keys(await call('app.container_console_choices', 'tailscale'));
  const token = await call('auth.generate_token');
  const shell = new WebSocket('wss://10.0.0.210/websocket/shell', options);
  let output = '';
  shell.on('open', () => {
    const place = { app_name: 'tailscale', container_id, command: '/bin/sh' };
    shell.send(JSON.stringify({ token, options: place }));
  });
  shell.on('message', (data, isBinary) => {
    if (!isBinary) return shell.send(Buffer.from(`${line}; echo "E"ND\n`));
    output += String(data);
    if (!output.includes('END\r\n')) return undefined;
    process.stdout.write(output);
    return process.exit();
  });
});
