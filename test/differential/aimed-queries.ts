import type { Random } from './random.ts';
import type { Query, Step } from './scenario.ts';

type Draft = { -readonly [K in keyof Query]?: Query[K] };

export interface Aim {
  readonly family: 'ipv4' | 'ipv6';
  /** Addresses at the edges of a prefix, given as `ip` writes it. */
  readonly edgesOf: (prefix: string) => readonly string[];
}

/** What a rule looks at, by the word `ip rule` has for it, as a question that has it. */
const ASKS: Readonly<Record<string, (value: string, random: Random, aim: Aim) => Draft>> = {
  from: (value, random, { edgesOf }) => ({ source: random.pick(edgesOf(value)) }),
  to: (value, random, { edgesOf }) => ({ destination: random.pick(edgesOf(value)) }),
  iif: (value) => (value === 'lo' || value === GONE ? {} : { iif: value }),
  oif: (value) => (value === GONE ? {} : { oif: value }),
  fwmark: (value) => ({ mark: Number(value.split('/')[0]) }),
  tos: (value) => ({ tos: Number(value) }),
  ipproto: (value, _random, { family }) => ({ protocol: protocolOf(value, family) }),
  sport: (value, random) => ({ ...WITH_PORTS, sourcePort: portOf(value, random) }),
  dport: (value, random) => ({ ...WITH_PORTS, destinationPort: portOf(value, random) }),
  uidrange: (value) => ({ uid: Number(value.split('-')[0]) }),
};
const GONE = 'zz0';
const TCP = 6;
const UDP = 17;
const WITH_PORTS = { protocol: TCP };

/** Of each rule that was added what a packet needs to match it, but for `not`. */
export function aimsOf(steps: readonly Step[], aim: Aim): ((random: Random) => Draft)[] {
  return steps
    .filter(({ by, text }) => by === aim.family && text.startsWith('rule add '))
    .map(
      ({ text }) =>
        (random) =>
          aimedAt(text.split(/ +/), random, aim),
    );
}

/** Now and then one of the selectors is left to chance: a rule is to be missed by little, too. */
function aimedAt(words: readonly string[], random: Random, aim: Aim): Draft {
  const draft: Draft = {};
  for (const [at, word] of words.entries()) {
    const ask = ASKS[word];
    const value = words[at + 1];
    if (ask && value !== undefined && value !== 'all' && !random.oneIn(5)) {
      Object.assign(draft, ask(value, random, aim));
    }
  }
  return draft;
}

/** The ends of a range, and the port after it. */
function portOf(value: string, random: Random): number {
  const [first = 0, last = first] = value.split('-').map(Number);
  return Math.min(65_535, random.pick([first, last, last + 1]));
}

function protocolOf(name: string, family: 'ipv4' | 'ipv6'): number {
  if (name === 'tcp') return TCP;
  if (name === 'udp') return UDP;
  return family === 'ipv4' ? 1 : 58;
}
