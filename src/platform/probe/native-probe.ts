import type { ProbeAnswer, ProbeAsk } from '../../ports/vantage.ts';
import { type ProbeContext, talk } from './dialogue.ts';
import { httpDialogue } from './http.ts';
import { pingOnce } from './icmp.ts';
import { nfsDialogue } from './nfs.ts';

/**
 * Asks the network one question with the sockets of this process. Never throws for what the
 * network does; an abort ends it with what is known so far.
 */
export function nativeProbe(ask: ProbeAsk, context: ProbeContext): Promise<ProbeAnswer> {
  switch (ask.probe) {
    case 'icmp':
      return pingOnce(ask, context);
    case 'tcp':
      return talk(ask, undefined, context);
    case 'http':
    case 'https':
      return talk(ask, httpDialogue(ask), context);
    case 'nfs':
      return talk(ask, nfsDialogue(), context);
  }
}
