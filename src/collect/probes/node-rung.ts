import type { ProbeAsk } from '../../ports/vantage.ts';
import { quoted } from '../section.ts';
import { urlOf } from './typed-probe.ts';

/**
 * A program for Node.js 16 and later, with the question as its arguments. It prints one line:
 * `+CONNECT,TOTAL` in microseconds once it is through, then what the service said (a line, or its first
 * 12 bytes in hexadecimal) or why the connection broke. It ends with 0 when it was answered, with 124
 * when it waited in vain, else with 1.
 *
 * To NFS it speaks ONC RPC (RFC 5531): call 1 of version 2 to program 100003, version 3, procedure 0
 * (NULL), without credentials.
 */
export const NODE_PROGRAM = `
const [host, port, localAddress, ms, probe, name, path] = process.argv.slice(1);
const net = require("net");
const tls = probe === "https" && require("tls");
const words = require("util").getSystemErrorMap();
const call = [0x80000028, 1, 0, 2, 100003, 3, 0, 0, 0, 0, 0].map((n) => n.toString(16).padStart(8, "0"));
const request = probe === "nfs"
  ? Buffer.from(call.join(""), "hex") : "GET " + path + " HTTP/1.0\\r\\nHost: " + name + "\\r\\n\\r\\n";
let connected = "", said = Buffer.alloc(0);
const end = (code, text) => {
  console.log((connected && connected + "," + micros() + " ") + text);
  process.exit(code);
};
const told = () => probe === "nfs" ? said.toString("hex", 0, 12) : said.toString("latin1").split("\\n")[0];
const over = (code) => said.length ? end(0, told()) : end(code, "");
const fail = (e) => end(1, (words.get(e.errno) || [])[1] || (e.code === "ECONNRESET" ? "" : e.message));
const talk = (s) => {
  s.on("error", fail).on("end", () => over(1)).on("data", (bytes) => {
    said = Buffer.concat([said, bytes]);
    if (said.length > 4096 || (probe === "nfs" ? said.length >= 12 : said.includes(10))) over(0);
  });
  s.write(request);
};
setTimeout(() => over(124), Number(ms));
const begin = process.hrtime.bigint();
const micros = () => (process.hrtime.bigint() - begin) / 1000n;
const socket = net.connect({ host, port: Number(port), localAddress: localAddress || undefined });
socket.on("error", fail).once("connect", () => {
  connected = "+" + micros();
  if (probe === "tcp") end(0, "");
  if (!tls) return talk(socket);
  const secured = tls.connect({ socket, rejectUnauthorized: false }, () => talk(secured));
  secured.on("error", fail);
});`;

/**
 * Node.js asks, which pods of CSI drivers written in it have where they lack curl. It binds a source
 * address, tells an accepted connection from an answer, and needs no timeout(1). What the pod's
 * environment tells its own Node.js, a debugger's port for one, is not for this one.
 *
 * @returns Code that wants {@link NODE_PROGRAM} in `$N`.
 */
export function nodeRung(ask: ProbeAsk): { readonly tool: 'node'; readonly code: string } {
  const { address, port, source = '', timeoutMs, probe } = ask;
  const { host, pathname } = new URL(urlOf({ ...ask, probe: probe === 'https' ? probe : 'http' }));
  const words = [address, port, source, timeoutMs, probe, host, pathname];
  const code = `command -v node >/dev/null || exit 127
NODE_OPTIONS= NODE_EXTRA_CA_CERTS= NODE_NO_WARNINGS=1 node -e "$N" ${words.map((word) => quoted(`${word}`)).join(' ')}`;
  return { tool: 'node', code };
}
