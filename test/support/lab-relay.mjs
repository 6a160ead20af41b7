// Run on a lab host: carries each connection to a unix socket on to a TCP address of the lab, so
// that a test outside speaks with the host's own address. Ends when its standard input does.
// Arguments: the socket, the address, the port.
import { connect, createServer } from 'node:net';

const [path, host, port] = process.argv.slice(2);

createServer({ allowHalfOpen: true }, (near) => {
  const far = connect({ host, port: Number(port), allowHalfOpen: true });
  near.pipe(far).pipe(near);
  // the other end sees what it would see: its connection is cut
  near.on('error', () => far.destroy()).on('close', () => far.destroy());
  far.on('error', () => near.destroy()).on('close', () => near.destroy());
}).listen(path, () => process.stdout.write('ready\n'));
process.stdin.on('end', () => process.exit()).resume();
