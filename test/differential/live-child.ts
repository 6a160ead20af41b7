import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createSocket, type Socket as DatagramSocket } from 'node:dgram';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { CLIENT, type LivePlan, SERVER_PORT, type Trial } from './live-plan.ts';
import { type Part, STATE_COMMANDS } from './namespace.ts';

/**
 * Runs inside a fresh namespace: prepares it, lets every socket send its first packet, and prints
 * what the namespace says of itself, what errors there were and what left by which device.
 *
 * Usage: node live-child.mjs PLAN.json
 */
const plan = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as LivePlan;
const DEADLINE_MS = 20_000;
let client: ChildProcess;

async function main(): Promise<void> {
  setTimeout(() => process.exit(3), DEADLINE_MS).unref();

  for (const command of plan.setup) sh(`${command} 2>/dev/null || true`);
  client = spawn('unshare', ['-n', 'sh'], { stdio: ['pipe', 'ignore', 'ignore'] });
  await attachClient(client);
  const state = Object.fromEntries(
    Object.entries(STATE_COMMANDS).map(([part, command]) => [
      part as Part,
      sh(`${command} || true`),
    ]),
  );
  const capture = await startCapture();
  const servers = await serve();
  const errors: (string | undefined)[] = [];
  for (const trial of plan.trials) errors.push(await attempt(trial));
  const seen = await capture.stop();
  for (const server of servers) server.close();
  client.kill('SIGKILL');
  process.stdout.write(JSON.stringify({ state, errors, seen }), () => process.exit(0));
}

function sh(script: string): string {
  return execFileSync('sh', ['-c', script], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}

/** A second namespace on the other end of `c0`, from which requests come. */
async function attachClient(child: ChildProcess): Promise<void> {
  await once(child, 'spawn');
  const own = sh('readlink /proc/self/ns/net');
  for (let tries = 0; tries < 200 && sh(`readlink /proc/${child.pid}/ns/net`) === own; tries++);
  sh('ip link add c0 type veth peer name c1');
  sh(`ip link set c1 netns ${child.pid}`);
  sh('ip link set c0 addrgenmode none up');
  sh('ip addr add 10.50.0.1/24 dev c0 && ip addr add fd00:50::1/64 dev c0 nodad');
  child.stdin?.write(CLIENT_SETUP);
  for (let tries = 0; tries < 500 && !/LOWER_UP/.test(sh('ip link show c0')); tries++);
}

const CLIENT_SETUP = `
echo 0 >/proc/sys/net/ipv6/conf/all/accept_dad
ip link set lo up
ip link set c1 addrgenmode none up
ip addr add ${CLIENT.ipv4}/24 dev c1
ip addr add ${CLIENT.ipv6}/64 dev c1 nodad
ip route add default via 10.50.0.1
ip -6 route add default via fd00:50::1
`;

interface Left {
  readonly device: string;
  readonly source: string;
  readonly destination: string;
  readonly port: number;
}

const LINE = /^(\S+)\s+Out IP6? (\S+)\.(\d+) > (\S+)\.(\d+): /;
/** The last packet of all, by which one knows that nothing is still to come. */
const SENTINEL_PORT = 9;

async function startCapture() {
  // a short snapshot length, or else the ring holds but eight packets and loses what comes fast
  const args = ['-i', 'any', '-n', '-t', '-l', '-s', '128', '--immediate-mode', 'tcp or udp'];
  const child = spawn('tcpdump', args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (piece: string) => {
    text += piece;
  });
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (piece: string) => {
    log += piece;
  });
  while (!log.includes('listening on')) await once(child.stderr, 'data');
  const isOver = () => text.includes(`> 127.0.0.1.${SENTINEL_PORT}:`);
  return {
    async stop(): Promise<Left[]> {
      const socket = createSocket('udp4');
      socket.send('end', SENTINEL_PORT, '127.0.0.1');
      while (!isOver()) await once(child.stdout, 'data');
      socket.close();
      child.kill('SIGKILL');
      return text.split('\n').flatMap(leftOf);
    },
  };
}

function leftOf(line: string): Left[] {
  const match = LINE.exec(line);
  if (!match) return [];
  const [, device = '', source = '', , destination = '', port = ''] = match;
  return [{ device, source, destination, port: Number(port) }];
}

async function serve() {
  return await Promise.all(
    ['0.0.0.0', '::'].map(async (host) => {
      const server = createServer().listen({ port: SERVER_PORT, host, ipv6Only: true });
      await once(server, 'listening');
      return server;
    }),
  );
}

/** Sends the first packet; the error of the call, if there was one. */
async function attempt(trial: Trial): Promise<string | undefined> {
  if (trial.kind === 'reply') return await request(trial);
  return trial.kind === 'tcp-connect' ? await connectTcp(trial) : await sendUdp(trial);
}

async function connectTcp(trial: Trial): Promise<string | undefined> {
  const { destination, destinationPort, source, sourcePort } = trial;
  const socket = connect({
    host: destination,
    port: destinationPort,
    ...(source === undefined ? {} : { localAddress: source }),
    ...(sourcePort === undefined ? {} : { localPort: sourcePort }),
  });
  let error: string | undefined;
  socket.on('error', ({ code }: NodeJS.ErrnoException) => {
    error = code;
  });
  // the call has returned and its error, if any, has been told
  for (let turn = 0; turn < 4; turn++) await new Promise(setImmediate);
  socket.destroy();
  return error;
}

async function sendUdp(trial: Trial): Promise<string | undefined> {
  const { family, kind, destination, destinationPort, source, sourcePort } = trial;
  const socket = createSocket(family === 'ipv4' ? 'udp4' : 'udp6');
  const name = { address: source ?? (family === 'ipv4' ? '0.0.0.0' : '::'), port: sourcePort ?? 0 };
  await new Promise<void>((done) => socket.bind(name, done));
  try {
    if (kind === 'udp-send')
      return await told((done) => socket.send('x', destinationPort, destination, done));
    const refused = await connectUdp(socket, destinationPort, destination);
    return refused ?? (await told((done) => socket.send('x', done)));
  } finally {
    socket.close();
  }
}

async function connectUdp(socket: DatagramSocket, port: number, address: string) {
  return await told((done) => socket.connect(port, address, done as () => void));
}

async function told(
  call: (done: (error?: Error | null) => void) => void,
): Promise<string | undefined> {
  const error = await new Promise<Error | null | undefined>((done) => call(done));
  return (error as NodeJS.ErrnoException | undefined)?.code;
}

/** Lets the client ask; the answer to its SYN is what is looked at. */
async function request({ source, destinationPort }: Trial): Promise<undefined> {
  const script = `const s=require('net').connect({host:'${source}',port:${SERVER_PORT},localPort:${destinationPort}});s.on('error',()=>{});setTimeout(()=>process.exit(),300)`;
  const child = spawn('nsenter', ['-t', String(client.pid), '-n', process.execPath, '-e', script], {
    stdio: 'ignore',
  });
  await once(child, 'exit');
  return undefined;
}

await main();
