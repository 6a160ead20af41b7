// A LocalAPI on a unix socket. Arguments: the socket, and how it answers: good, silent, garbage or
// flood. Says "ready" when it listens.
import { chmodSync } from 'node:fs';
import { createServer } from 'node:http';

const [socketPath, how] = process.argv.slice(2);
const ANSWERS = {
  '/localapi/v0/prefs': { RouteAll: true, WantRunning: true, Persist: { Key: 'privkey:SECRET' } },
  '/localapi/v0/status': {
    Version: '1.102.3',
    BackendState: 'Running',
    TUN: true,
    Peer: { 'nodekey:1': { HostName: 'router', AllowedIPs: ['10.0.0.197/32'] } },
  },
};

function flood(response) {
  const block = Buffer.alloc(1024 * 1024, 'x');
  const more = () => {
    while (response.write(block));
    response.once('drain', more);
  };
  response.on('error', () => response.destroy());
  more();
}

createServer((request, response) => {
  if (request.headers.host !== 'local-tailscaled.sock') return response.writeHead(403).end();
  if (how === 'silent') return undefined;
  if (how === 'flood') return flood(response);
  if (how === 'garbage') return response.end('\u001b[2J<html>');
  return response.end(JSON.stringify(ANSWERS[request.url]));
}).listen(socketPath, () => {
  chmodSync(socketPath, 0o666);
  process.stdout.write('ready\n');
});
