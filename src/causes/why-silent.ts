import type { ByHand } from '../model/diagnosis.ts';
import { isHeld } from './another-machine.ts';
import type { Case } from './cause.ts';
import { ownLanAddresses } from './own-addresses.ts';

/** Why nobody answers for the address of a server. */
export interface WhySilent {
  /** The end of a sentence that says so, with its punctuation. */
  readonly why: string;
  readonly chain: readonly string[];
  readonly byHand: ByHand;
}

/** One that was looked at is not off, and tells which addresses it has. */
export function whySilent(c: Case): WhySilent {
  const { name, address, facts } = c.server;
  if (!facts) {
    return {
      why: `: ${name} is off, unplugged, on another VLAN or under another address`,
      chain: [],
      byHand: { now: 'check power, cable, switch port, VLAN and address', where: name },
    };
  }
  const [first, ...more] = ownLanAddresses(facts, address);
  if (first === undefined || first === address || more.includes(address)) {
    return {
      why: `: ${name} is up, but unplugged on that LAN, on another VLAN or under another address`,
      chain: [],
      byHand: { now: 'check cable, switch port, VLAN and address', where: name },
    };
  }
  const isUp = `${name}, which is up at ${[first, ...more].join(', ')},`;
  const lacks = isHeld(c) === false ? 'does not hold' : 'does not tell that it has';
  return {
    why: `, and ${isUp} ${lacks} it: the address is wrong, or is another machine's`,
    chain: [`${isUp} ${lacks} ${address}`],
    byHand: {
      now: `ask for the address that it has: --address ${first}`,
      where: 'in this command',
      later: `where volumes or drivers name ${address}: put ${first} there, or give ${name} that address back`,
    },
  };
}
