import { expect, test } from 'vitest';
import type { Plan, Step } from '../model/plan.ts';
import { fixDone } from './fix-markdown.ts';
import { planText } from './plan-text.ts';

const STEP = {
  ...{ id: 's', fix: 'x', when: 'now', host: 'nas', hostName: 'nas', what: 'turn it off' },
  ...{ does: 'DOES', undoes: 'UNDOES', checks: [], costs: [] },
} as const;
const shell = { kind: 'shell', reads: '', does: '', undoes: '', from: '', to: '', serves: [] };
const app = { kind: 'truenas-app', app: 'ts', group: 'tailscale', key: 'accept_routes' };
const script = { kind: 'truenas-init-script', comment: '', command: '', when: 'PREINIT' };

function planOf(vantage: string, change: object): Plan {
  const step = { ...STEP, vantage, change, checks: [], costs: [] } as unknown as Step;
  const effects = { prefixes: [], flows: [] };
  const rest = { effects, alternatives: [], warnings: [], refusals: [] };
  return { fix: 'x', diagnosis: { summary: 'x' }, steps: [step], ...rest } as unknown as Plan;
}

test.each([
  { vantage: 'ssh://admin@10.0.0.210', change: shell, says: 'nas (ssh://admin@10.0.0.210)$ DOES' },
  { vantage: 'paste:nas.txt', change: shell, says: 'nas (System > Shell)$ DOES' },
  {
    vantage: 'truenas://10.0.0.210',
    change: { kind: 'tailscale-preference' },
    says: 'nas (container of its Tailscale app)$ DOES\n by hand Apps > Tailscale > Workloads > Shell',
  },
  {
    vantage: 'truenas://10.0.0.210',
    change: app,
    says: 'nas (its API) DOES\n by hand Apps > ts > Edit',
  },
  {
    vantage: 'truenas://10.0.0.210',
    change: script,
    says: 'nas (its API) DOES\n by hand System > Advanced Settings > Init/Shutdown Scripts',
  },
  {
    vantage: '',
    change: { kind: 'restart-pods', selectors: [], waitMs: 1 },
    says: 'here, in nas$ DOES',
  },
  { vantage: '', change: { kind: 'person', text: 'DOES' }, says: 'you DOES' },
])('a plan says where $change.kind by "$vantage" is typed: $says', ({ vantage, change, says }) => {
  const plan = planOf(vantage, change);
  expect(planText(plan).replace(/ +/g, ' ')).toContain(`\n ${says}\n`);
  const place = change.kind === 'person' ? 'nas' : says.split(/\$? DOES/)[0];
  const entries = [{ is: 'planned' as const, at: 0, plan }];
  expect(fixDone({ runId: 'r', entries }, 0)).toContain(`On ${place}:\n`);
});
