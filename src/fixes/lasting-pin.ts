import { FAMILIES } from '../model/network.ts';
import type { Step } from '../model/plan.ts';
import { type FixCase, stepOn } from './fix.ts';
import { byMidclt, byTruenasApi } from './pin-boot-script.ts';
import { pinNames } from './pin-names.ts';
import { byUnit } from './pin-unit.ts';

/** What sets one pin again after a reboot; it follows from the line that sets the pin. */
export type LastingForm = Pick<Step, 'change' | 'does' | 'undoes' | 'costs'> & {
  readonly by: string;
};

/**
 * What sets each pin again after a reboot, by what the host has: TrueNAS starts its own scripts
 * and forgets /etc with every update, systemd starts units, Talos takes a document. One for each
 * pin, so that a later run with another subnet touches nothing of an earlier one.
 *
 * @param pins Steps that set a pin, each by one `ip rule add` line.
 */
export function lastingPin(c: FixCase, pins: readonly Step[]): readonly Step[] {
  const form = formFor(c);
  if (!form) return [byPerson(c, pins)];
  const place = { ...c, vantage: c.api ?? c.vantage };
  return pins.map(({ id, does: command }) => {
    const { by, ...made } = form(command);
    return stepOn(place, {
      ...made,
      id: `${id}-lasts`,
      fix: 'pin-lan',
      when: 'later',
      what: `set that pin at every boot of ${c.host.name}, ${by}`,
    });
  });
}

/** Every way in which this program makes a pin last. */
export function lastingForms(command: string): readonly LastingForm[] {
  return [byTruenasApi(command), byMidclt(command), byUnit(command)];
}

function formFor({ api, host }: FixCase): ((command: string) => LastingForm) | undefined {
  if (api !== undefined) return byTruenasApi;
  const tools = host.tools.seen ? host.tools.value : {};
  if ('midclt' in tools) return byMidclt;
  return 'systemctl' in tools ? byUnit : undefined;
}

function byPerson(c: FixCase, pins: readonly Step[]): Step {
  const text = lastingWords(
    c,
    pins.map(({ does }) => does),
  );
  const step = stepOn(c, {
    id: 'pin-lan-lasts',
    fix: 'pin-lan',
    when: 'later',
    what: `the pin is gone after a reboot of ${c.host.name}`,
    change: { kind: 'person', text },
    does: text,
    undoes: 'take the same out again',
  });
  return { ...step, vantage: '' };
}

/** For hosts that take neither: Talos 1.13 and later has a document for rules, others a file. */
function lastingWords({ state }: FixCase, commands: readonly string[]): string {
  const { rules } = state.state;
  const taken = new Set(FAMILIES.flatMap((family) => rules[family].map((rule) => rule.priority)));
  const documents = commands.map((command) => {
    const { prefix, priority } = pinNames(command);
    // its name is its priority, so no two may have the same
    let name = priority;
    while (taken.has(name)) name -= 1;
    taken.add(name);
    return `apiVersion: v1alpha1\nkind: RoutingRuleConfig\nname: "${name}"\ndst: ${prefix}\ntable: main`;
  });
  return `where the host starts its network, run: ${commands.join('; ')}\non Talos 1.13 or later: talosctl patch mc with\n${documents.join('\n---\n')}`;
}
