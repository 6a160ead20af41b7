import type { Check } from '../model/plan.ts';
import { TAILSCALE_TABLE } from '../model/tailscale.ts';
import { prefixText } from '../model/text.ts';
import { type Fix, type FixCase, type FixPlan, stepOn } from './fix.ts';
import { typedPreference } from './preference-script.ts';

const PREFERENCE = { preference: 'RouteAll' } as const;

/** The host stops taking routes from its tailnet: *Accept Routes* off, at once, without a restart. */
export const tailscaleStopAcceptingRoutes: Fix = {
  id: 'tailscale-stop-accepting-routes',
  title: 'Turn Accept Routes off in tailscaled',
  plan,
};

function plan(c: FixCase): FixPlan {
  const { prefs, reachedBy } = c.host.tailscale;
  if (!prefs.seen) return { is: 'impossible', because: `preferences of tailscaled: ${prefs.why}` };
  if (!prefs.value.acceptsRoutes) {
    return { is: 'impossible', because: 'Accept Routes is off already' };
  }
  const by = { read: prefs.from, reachedBy: reachedBy.seen ? reachedBy.value : undefined };
  const step = stepOn(c, {
    id: 'tailscale-stop-accepting-routes',
    fix: tailscaleStopAcceptingRoutes.id,
    when: 'now',
    what: `turn Accept Routes off in tailscaled of ${c.host.name}: nothing restarts, its own addresses in the tailnet stay reachable`,
    change: { kind: 'tailscale-preference', ...PREFERENCE, from: true, to: false },
    does: typedPreference(PREFERENCE, { value: false, ...by }),
    undoes: typedPreference(PREFERENCE, { value: true, ...by }),
    checks: tableChecks(c),
    ...(c.guard ? { guard: c.guard } : {}),
  });
  return {
    is: 'possible',
    steps: [step],
    changes: [{ kind: 'stop-accepting-routes' }],
    warnings: [],
  };
}

/** The routes that captured the flows must be gone from the table of the VPN. */
function tableChecks({ host, state, vantage, finding }: FixCase): Check[] {
  const clients = new Set(finding.flows.flatMap(({ source }) => source ?? []));
  return (['ipv4', 'ipv6'] as const).flatMap((family): Check[] => {
    const captured = state.state.routes[family].filter(
      ({ table, prefix, nexthops }) =>
        table === TAILSCALE_TABLE &&
        nexthops.some(({ dev }) => dev?.startsWith('tailscale')) &&
        [...clients].some((client) => prefixText(prefix) === client),
    );
    const [first] = captured;
    if (!first) return [];
    const gone = captured.map(({ prefix }) => prefixText(prefix));
    return [
      {
        host: host.id,
        vantage,
        reads: `ip ${family === 'ipv4' ? '-4' : '-6'} route show table 52`,
        predicts: `no line for ${gone.join(', ')}`,
        matches: [],
        lacks: gone.map((prefix) => `(?:^|\\n)${escaped(prefix)} `),
      },
    ];
  });
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}
