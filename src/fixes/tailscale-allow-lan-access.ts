import { type Fix, type FixCase, type FixPlan, stepOn } from './fix.ts';
import { typedPreference } from './preference-script.ts';

const PREFERENCE = { preference: 'ExitNodeAllowLANAccess' } as const;

/** The host keeps its exit node and may talk to its own LAN again. */
export const tailscaleAllowLanAccess: Fix = {
  id: 'tailscale-allow-lan-access',
  title: 'Allow LAN access beside the exit node',
  plan,
};

function plan(c: FixCase): FixPlan {
  const { prefs, reachedBy } = c.host.tailscale;
  if (!prefs.seen) return { is: 'impossible', because: `preferences of tailscaled: ${prefs.why}` };
  if (prefs.value.exitNodeId === '') {
    return { is: 'impossible', because: `${c.host.name} uses no exit node` };
  }
  if (prefs.value.exitNodeAllowsLan) {
    return { is: 'impossible', because: 'LAN access is allowed already' };
  }
  const by = { read: prefs.from, reachedBy: reachedBy.seen ? reachedBy.value : undefined };
  const step = stepOn(c, {
    id: 'tailscale-allow-lan-access',
    fix: tailscaleAllowLanAccess.id,
    when: 'now',
    what: `allow ${c.host.name} its LAN while it uses an exit node: nothing restarts`,
    change: { kind: 'tailscale-preference', ...PREFERENCE, from: false, to: true },
    does: typedPreference(PREFERENCE, { value: true, ...by }),
    undoes: typedPreference(PREFERENCE, { value: false, ...by }),
    ...(c.guard ? { guard: c.guard } : {}),
  });
  return { is: 'possible', steps: [step], changes: [{ kind: 'allow-lan-access' }], warnings: [] };
}
