// Servers that answer in every way a probe must tell apart. Argument: a folder with key and
// certificate. Says "ready" when all listen.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';

const SLOW_MS = 60;
const [dir] = process.argv.slice(2);
const slowHttp = (socket) => {
  socket.on('error', () => socket.destroy());
  socket.once('data', () => setTimeout(() => socket.end('HTTP/1.1 401 No\r\n\r\nsecret'), SLOW_MS));
};
const nfs = (socket) => {
  socket.on('error', () => socket.destroy());
  socket.once('data', (call) => {
    const reply = Buffer.alloc(28);
    reply.writeUInt32BE(0x80000018, 0);
    call.copy(reply, 4, 4, 8);
    reply.writeUInt32BE(1, 8);
    // in two pieces, as a slow network would bring it
    socket.write(reply.subarray(0, 10));
    setTimeout(() => socket.write(reply.subarray(10)), 5);
  });
};
const closing = (socket) => {
  socket.on('error', () => socket.destroy());
  socket.once('data', () => socket.end());
};
const resetting = (socket) => {
  socket.on('error', () => socket.destroy());
  socket.once('data', () => socket.resetAndDestroy());
};
const talkative = (socket) => {
  socket.on('error', () => socket.destroy());
  socket.write('220 mail.example ESMTP\r\n');
};
const silent = (socket) => socket.on('error', () => socket.destroy());

const tcp = { 80: slowHttp, 81: silent, 82: resetting, 83: closing, 25: talkative, 2049: nfs };
const tls = createTlsServer(
  { key: readFileSync(`${dir}/key.pem`), cert: readFileSync(`${dir}/cert.pem`) },
  slowHttp,
);
const listening = Object.entries(tcp).map(
  ([port, serve]) =>
    new Promise((resolve) => {
      createServer({ allowHalfOpen: true }, serve).listen(Number(port), '::', resolve);
    }),
);
listening.push(new Promise((resolve) => tls.listen(443, '::', resolve)));
await Promise.all(listening);
process.stdout.write('ready\n');
