import type { Collector } from '../collector.ts';
import { startReading } from './by-script.ts';
import { startAsking } from './by-socket.ts';
import { ASK, FIND } from './script.ts';

/**
 * The tailscaled that shapes a host's routing: what it is set to, and what its peers advertise.
 * Those of pods and containers on the same machine are listed apart.
 */
export const tailscale: Collector = {
  id: 'tailscale',
  // found first, so that a program of ours can ask the sockets while the rest is read
  first: FIND,
  // asking by the shell can be slow, so it comes last
  parts: ({ unixHttp }) => (unixHttp ? [] : ASK),
  start: (context) => (context.vantage.unixHttp ? startAsking(context) : startReading(context)),
};
