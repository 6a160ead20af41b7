import type { Step } from '../model/plan.ts';
import type { TailscaleApp } from '../model/truenas.ts';
import { type AppRestart, appRestart } from './app-restart.ts';
import { type Fix, type FixCase, type FixPlan, stepOn } from './fix.ts';

/**
 * The app's own setting, so that a new log-in does not bring accepted routes back. By itself it
 * changes nothing on a node that is logged in: containerboot hands the flag to `tailscale up` only.
 * Source: tailscale cmd/containerboot, tailscaleUp() and tailscaleSet().
 */
export const truenasAppAcceptRoutesOff: Fix = {
  id: 'truenas-app-accept-routes-off',
  title: 'Untick Accept Routes in the TrueNAS app',
  plan,
};

function plan(c: FixCase): FixPlan {
  const { truenas, name } = c.host;
  const { api } = c;
  if (!truenas || api === undefined)
    return { is: 'impossible', because: `the API of ${name} was not asked` };
  const { tailscaleApps } = truenas;
  if (!tailscaleApps.seen) return { is: 'impossible', because: tailscaleApps.why };
  const apps = tailscaleApps.value.filter(
    ({ acceptRoutes, userspace, hostNetwork }) => acceptRoutes && !userspace && hostNetwork,
  );
  if (apps.length === 0) {
    return { is: 'impossible', because: `no Tailscale app of ${name} has Accept Routes ticked` };
  }
  const restarts = apps.map((app) => ({ app, restart: appRestart(c, app) }));
  return {
    is: 'possible',
    steps: restarts.map(({ app, restart }) =>
      restart.refusal === undefined
        ? stepOf({ ...c, vantage: api }, app, restart)
        : refused(c, app, restart.refusal),
    ),
    changes: [],
    warnings: restarts.flatMap(({ restart }) => restart.warnings),
  };
}

/** What is left to a person, because it would cut the node off for good. */
function refused(c: FixCase, { name }: TailscaleApp, refusal: string): Step {
  const text = `Apps > ${name} > Edit: give it storage for its state, or an auth key that is good; untick Accept Routes; save. Check: returnpath verify`;
  const step = stepOn(c, {
    id: `truenas-app-${name}-accept-routes-off`,
    fix: truenasAppAcceptRoutesOff.id,
    when: 'later',
    what: `REFUSED: ${refusal}`,
    change: { kind: 'person', text },
    does: text,
    undoes: 'tick it again',
  });
  return { ...step, vantage: '' };
}

function stepOf(c: FixCase, app: TailscaleApp, { costs }: AppRestart): Step {
  const isStopped = app.state === 'STOPPED';
  return stepOn(c, {
    id: `truenas-app-${app.name}-accept-routes-off`,
    fix: truenasAppAcceptRoutesOff.id,
    when: 'later',
    what: `untick Accept Routes in the app "${app.name}" of ${c.host.name}, so that no later log-in turns it on again`,
    change: {
      kind: 'truenas-app',
      app: app.name,
      group: 'tailscale',
      key: 'accept_routes',
      from: true,
      to: false,
      ...(isStopped ? { stopped: true } : {}),
    },
    does: request(app, false),
    undoes: request(app, true),
    costs: isStopped
      ? []
      : [
          `restarts the container of "${app.name}": whoever is connected through this tailnet node is cut off for some seconds`,
          ...costs,
        ],
    guard: {
      how: 'none',
      afterSeconds: 0,
      because:
        'through the API alone nothing on the NAS can take it back by itself: have a second way in',
    },
  });
}

/** The API merges only at the top, so the whole group is sent as it is with one key changed. */
function request({ name }: TailscaleApp, value: boolean): string {
  return `app.update "${name}" {"values":{"tailscale":{…everything as it is now…,"accept_routes":${value}}}}`;
}
