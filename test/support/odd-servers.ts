import { execFileSync, spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Namespace } from './namespace.ts';

/** 10.0.0.210 and .197 are here, 10.0.0.211 swallows everything, the others cannot be sent to. */
export const ODD_NETWORK = `
ip link add lan0 type veth peer name lan1
ip addr add 10.0.0.210/24 dev lan0
ip addr add 10.0.0.197/24 dev lan0
ip link set lan0 up
ip link set lan1 up
ip neigh add 10.0.0.211 lladdr 02:00:00:00:00:11 dev lan0
ip route add unreachable 10.1.0.0/24
ip route add prohibit 10.2.0.0/24
ip route add blackhole 10.3.0.0/24
`;

/** Starts servers in a namespace that answer in every way a probe must tell apart. */
export async function startOddServers({ enter }: Namespace, dir: string): Promise<void> {
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  const names = ['-subj', '/CN=truenas', '-keyout', 'key.pem', '-out', 'cert.pem'];
  execFileSync('openssl', ['req', '-x509', ...curve, ...names], { cwd: dir, stdio: 'ignore' });
  const [program = '', ...args] = enter;
  const script = join(import.meta.dirname, 'odd-servers.mjs');
  const child = spawn(program, [...args, process.execPath, script, dir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise((resolve, reject) => {
    child.stdout.once('data', resolve);
    child.once('exit', () => reject(new Error('Cannot start the servers of the test')));
  });
}
