// Run on a lab host by its own Node.js: asks one server one question and prints what became of it.
// Argument: JSON { host, port, localAddress?, speak: 'tcp' | 'http' | 'https' | 'rpc', waitMs }
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';

const { speak, waitMs, ...where } = JSON.parse(process.argv[2] ?? '{}');
const GET = `GET /api/v2.0/system/version/ HTTP/1.1\r\nHost: truenas\r\nConnection: close\r\n\r\n`;
const QUESTIONS = { http: GET, https: GET, rpc: rpcNull() };

const socket =
  speak === 'https' ? connectTls({ ...where, rejectUnauthorized: false }) : connect({ ...where });
let isConnected = false;

socket.on(speak === 'https' ? 'secureConnect' : 'connect', () => {
  isConnected = true;
  if (speak === 'tcp') say('answered');
  else socket.write(QUESTIONS[speak]);
});
socket.on('data', () => say('answered'));
socket.on('error', ({ code }) => say(code === 'ECONNREFUSED' ? 'refused' : 'unreachable'));
setTimeout(() => say(isConnected ? 'silent' : 'timed-out'), waitMs);

function say(what) {
  process.stdout.write(what);
  process.exit();
}

/** A NULL call of NFS version 3, as one record. */
function rpcNull() {
  const words = [0x8000_0028, 7, 0, 2, 100_003, 3, 0, 0, 0, 0, 0];
  const message = Buffer.alloc(words.length * 4);
  for (const [index, word] of words.entries()) message.writeUInt32BE(word >>> 0, index * 4);
  return message;
}
