import { appendFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { type JsonLines, jsonLines } from '../json-lines.ts';
import type { FromHub, ProcessState, ToHub } from '../protocol.ts';

type Of<K extends ToHub['is']> = Extract<ToHub, { is: K }>;

export interface HubHandlers {
  /** What a process shall be now. */
  stateOf(host: string, process: number): ProcessState;
  /** A tailscaled says what its tunnel accepts and offers; resolves when that is enforced. */
  tunnel(host: string, message: Of<'tunnel'>): Promise<void>;
  command(message: Of<'command'>): Promise<{ faults: readonly string[] }>;
}

/** Every process of the lab, on one socket: tells them what to be, and when all of them are. */
export interface Hub {
  /** Sends its state to a process if it is another than the one it has. */
  refresh(): void;
  /** Begins to send states; until then processes only say hello. */
  open(): void;
  /**
   * Resolves when `expected` processes are there and each is as it shall be.
   *
   * @throws {Error} If one could not become so since this was last asked.
   */
  settled(expected: number, signal: AbortSignal): Promise<void>;
  readonly server: Server;
}

interface Peer {
  readonly host: string;
  readonly process: number;
  readonly wire: JsonLines<FromHub>;
  sent: string;
  sentSeq: number;
  doneSeq: number;
}

export function createHub(handlers: HubHandlers): Hub {
  const peers = new Set<Peer>();
  const waiting = new Set<() => void>();
  let isOpen = false;
  let seq = 0;
  let failure: string | undefined;

  function wake(): void {
    for (const check of waiting) check();
  }

  function refreshPeer(peer: Peer): void {
    const state = handlers.stateOf(peer.host, peer.process);
    const text = JSON.stringify(state);
    if (!isOpen || text === peer.sent) return;
    seq += 1;
    peer.sent = text;
    peer.sentSeq = seq;
    peer.wire.send({ is: 'state', seq, state });
  }

  function greet(socket: Socket, wire: JsonLines<FromHub>, hello: Of<'hello'>): Peer {
    const { host, process } = hello;
    const peer: Peer = { host, process, wire, sent: '', sentSeq: -1, doneSeq: -2 };
    peers.add(peer);
    socket.on('close', () => peers.delete(peer));
    refreshPeer(peer);
    return peer;
  }

  function connected(socket: Socket): void {
    let peer: Peer | undefined;
    const wire = jsonLines<ToHub, FromHub>(socket, (message) => {
      if (message.is === 'hello') peer = greet(socket, wire, message);
      else if (message.is === 'command') answer(wire, message);
      else if (peer) heard(peer, message);
    });
    // a process that dies says so by closing; there is nobody to tell but the log
    socket.on('error', (error) => log(error.message));
  }

  function heard(peer: Peer, message: Of<'done'> | Of<'failed'> | Of<'tunnel'>): void {
    if (message.is === 'tunnel') {
      handlers.tunnel(peer.host, message).then(
        () => peer.wire.send({ is: 'tunnel-set', seq: message.seq }),
        (error: unknown) =>
          peer.wire.send({ is: 'tunnel-set', seq: message.seq, error: wordsOf(error) }),
      );
      return;
    }
    peer.doneSeq = message.seq;
    if (message.is === 'failed') {
      failure = `${peer.host}: ${message.why}`;
      log(failure);
    }
    wake();
  }

  function answer(wire: JsonLines<FromHub>, message: Of<'command'>): void {
    handlers.command(message).then(
      ({ faults }) => wire.send({ is: 'answer', faults }),
      (error: unknown) => wire.send({ is: 'answer', error: wordsOf(error) }),
    );
  }

  return {
    server: createServer(connected),
    refresh() {
      for (const peer of peers) refreshPeer(peer);
    },
    open() {
      isOpen = true;
      for (const peer of peers) refreshPeer(peer);
    },
    settled(expected, signal) {
      return new Promise((resolve, reject) => {
        const check = () => {
          const settled = [...peers].filter(({ sentSeq, doneSeq }) => sentSeq === doneSeq);
          const why = failure;
          failure = undefined;
          if (why !== undefined) finish(() => reject(new Error(why)));
          else if (settled.length === peers.size && settled.length >= expected) finish(resolve);
        };
        const abort = () => finish(() => reject(signal.reason));
        const finish = (end: () => void) => {
          waiting.delete(check);
          signal.removeEventListener('abort', abort);
          end();
        };
        waiting.add(check);
        signal.addEventListener('abort', abort);
        check();
      });
    },
  };
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** On the lab's own files: whoever started the lab may not listen any more. */
function log(text: string): void {
  appendFileSync('/run/lab.log', `${text}\n`);
}
