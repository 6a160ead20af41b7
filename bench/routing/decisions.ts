import { FIRST_CHOICE } from '../../src/routing/choices.ts';
import { LOOPBACK } from '../../src/routing/devices.ts';
import { emptyFlow4 } from '../../src/routing/flow.ts';
import type { Kernel4 } from '../../src/routing/kernel4.ts';
import { emptyOutput4, output4 } from '../../src/routing/output4.ts';
import { type Prefixes, randomOf } from './generate.ts';
import { medianSeconds, type Seconds } from './measure.ts';

/** Addresses that some prefix covers; a tenth are anywhere. */
export function destinationsIn(
  { network, length }: Prefixes,
  count: number,
  seed: number,
): Uint32Array {
  const random = randomOf(seed);
  return Uint32Array.from({ length: count }, () => {
    if (random() % 10 === 0) return random();
    const prefix = random() % network.length;
    const host = 2 ** (32 - (length[prefix] as number));
    return (network[prefix] as number) + (random() % host);
  });
}

/** As traffic is: all in the /24s of the first 4,096 addresses. */
export function busyIn(addresses: Uint32Array, count: number): Uint32Array {
  const random = randomOf(11);
  return Uint32Array.from({ length: count }, () => {
    const busy = addresses[random() % 4096] as number;
    return ((busy & 0xffffff00) | (random() & 0xff)) >>> 0;
  });
}

/**
 * Full output decisions as `ip route get` makes them: rules, tables, nexthop and source address.
 * A third of the flows has a source already, an eighth carries a mark.
 */
export function timeDecisions(kernel: Kernel4, destinations: Uint32Array): Seconds {
  const flow = emptyFlow4();
  const out = emptyOutput4();
  let sum = 0;
  const seconds = medianSeconds(5, () => {
    for (let at = 0; at < destinations.length; at++) {
      flow.destination = destinations[at] as number;
      flow.source = at % 3 === 0 ? OWN : 0;
      flow.mark = at % 8 === 0 ? 0x300 : 0;
      flow.iif = LOOPBACK;
      flow.oif = 0;
      flow.protocol = 17;
      sum = (sum + output4(kernel, flow, out, FIRST_CHOICE) + out.hop + out.source) | 0;
    }
  });
  consume(sum);
  return seconds;
}

/** 192.168.0.1, see generate.ts. */
const OWN = 0xc0a80001;

let consumed = 0;

/** Keeps a loop from being left out by the compiler. */
function consume(sum: number): void {
  consumed ^= sum;
  if (consumed === 0.5) throw new RangeError('Cannot happen: sums are whole');
}
