// A LocalAPI whose PATCH does what a file says, for hosts of their own: obeys and changes the
// routes as tailscaled would, refuses, hangs, lies, or also takes away the address by which the
// operator came. Arguments: socket, file with the mode.
import { execFileSync } from 'node:child_process';
import { chmodSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';

const [socket, modeFile] = process.argv.slice(2);
const STATUS = { Version: '1.102.3', BackendState: 'Running', TUN: true };
let acceptsRoutes = true;

const ip = (...args) => execFileSync('ip', args, { stdio: 'ignore' });

function obey(value, cuts) {
  if (value === acceptsRoutes) return;
  acceptsRoutes = value;
  ip('route', value ? 'add' : 'del', '10.0.0.197/32', 'dev', 'tailscale0', 'table', '52');
  if (cuts) ip('addr', value ? 'add' : 'del', '100.68.1.2/32', 'dev', 'lo');
}

const server = createServer((request, response) => {
  const answer = (status, body) => {
    response.statusCode = status;
    response.end(body);
  };
  const prefs = () =>
    answer(200, `{\n\t"RouteAll": ${acceptsRoutes},\n\t"ExitNodeAllowLANAccess": false\n}\n`);
  if (request.url === '/localapi/v0/status') {
    const peer = { ID: 'n1', HostName: 'router', AllowedIPs: ['10.0.0.197/32'], Online: true };
    return answer(200, JSON.stringify({ ...STATUS, Peer: { 'nodekey:1': peer } }));
  }
  if (request.method !== 'PATCH') return prefs();
  let text = '';
  request.on('data', (chunk) => {
    text += chunk;
  });
  request.on('end', () => {
    const mode = readFileSync(modeFile, 'utf8').trim();
    if (mode === 'refuse') return answer(403, 'prefs write access denied\n');
    if (mode === 'broken') return answer(500, '{"Error":"out of cheese"}\n');
    if (mode === 'hang') return undefined;
    const { RouteAll, RouteAllSet } = JSON.parse(text);
    if (mode !== 'lie' && RouteAllSet) obey(RouteAll, mode === 'cut');
    return prefs();
  });
});
server.listen(socket, () => {
  chmodSync(socket, 0o600);
  process.stdout.write('listening\n');
});
