import type { Change } from '../model/plan.ts';
import type { Hand } from './hand.ts';
import { preferenceHand } from './preference-hand.ts';
import { restartPodsHand } from './restart-pods-hand.ts';
import { shellHand } from './shell-hand.ts';
import { truenasAppHand, truenasInitScriptHand } from './truenas-hands.ts';

/** What a person does is told and never done: it counts as it is found. */
const personHand: Hand<Extract<Change, { kind: 'person' }>> = {
  reversible: false,
  read: () => Promise.resolve('told'),
  judge: () => 'serves',
  write: () => Promise.resolve({ found: 'told', now: 'told' }),
};

const HANDS: { readonly [K in Change['kind']]: Hand<Extract<Change, { kind: K }>> } = {
  'tailscale-preference': preferenceHand,
  shell: shellHand,
  'truenas-app': truenasAppHand,
  'truenas-init-script': truenasInitScriptHand,
  'restart-pods': restartPodsHand,
  person: personHand,
};

/** Whoever carries out changes of that kind. */
export function handFor(change: Change): Hand {
  // the table pairs each kind with its own hand, which the compiler cannot follow through the index
  return HANDS[change.kind] as unknown as Hand;
}
