import type { Finding } from '../model/diagnosis.ts';
import type { Step } from '../model/plan.ts';

/** What a person does where this program cannot reach the host, or may not. */
export function byHandSteps({ byHand }: Finding, host: { id: string; name: string }): Step[] {
  const base = {
    fix: 'by-hand',
    host: host.id,
    hostName: host.name,
    vantage: '',
    undoes: 'the opposite',
    checks: [],
    costs: [],
  };
  const step = (id: string, when: Step['when'], { text, what }: Words): Step => ({
    ...base,
    id,
    when,
    what,
    change: { kind: 'person', text },
    does: text,
  });
  return [
    step('by-hand', 'now', { text: byHand.now, what: `by hand, on ${byHand.where}` }),
    ...(byHand.later === undefined
      ? []
      : [
          step('by-hand-later', 'later', {
            text: byHand.later,
            what: 'by hand, so that it lasts',
          }),
        ]),
  ];
}

interface Words {
  readonly text: string;
  readonly what: string;
}
