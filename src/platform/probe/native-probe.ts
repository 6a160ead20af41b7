import { setImmediate } from 'node:timers/promises';
import type { ProbeAnswer, ProbeAsk } from '../../ports/vantage.ts';
import { type ProbeContext, talk } from './dialogue.ts';
import { httpDialogue } from './http.ts';
import { nfsDialogue } from './nfs.ts';

let turn: Promise<unknown> = Promise.resolve();

/**
 * Asks the network one question with the sockets of this process. Never throws for what the
 * network does; an abort ends it with what is known so far.
 *
 * Questions that are asked together begin one after another, each after what has arrived
 * meanwhile was looked at: opening a socket takes a good part of a round trip on a LAN, and many
 * at once would make each other's round trips look long.
 */
export async function nativeProbe(ask: ProbeAsk, context: ProbeContext): Promise<ProbeAnswer> {
  turn = turn.then(() => setImmediate());
  await turn;
  switch (ask.probe) {
    case 'icmp': {
      // starting programs is more to load than all the rest, and the others need not wait for it
      const { pingOnce } = await import('./icmp.ts');
      return pingOnce(ask, context);
    }
    case 'tcp':
      return talk(ask, undefined, context);
    case 'http':
    case 'https':
      return talk(ask, httpDialogue(ask), context);
    case 'nfs':
      return talk(ask, nfsDialogue(), context);
  }
}
