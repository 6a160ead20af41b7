import * as z from 'zod';
import { type Fact, missing } from '../../model/fact.ts';
import type { TailscaleApp } from '../../model/truenas.ts';
import { type ApiMeans, askApi, Text, Texts } from './ask-api.ts';

const Container = z.object({ id: Text, image: Text.nullish(), state: Text.nullish() });

const Apps = z.array(
  z.object({
    name: Text,
    state: Text,
    version: Text.nullish(),
    metadata: z.object({ name: Text.nullish() }).nullish(),
    active_workloads: z.object({ container_details: z.array(Container).nullish() }).nullish(),
  }),
);
type App = z.infer<typeof Apps>[number];

const OFF = z.boolean().nullish();

/**
 * The values of the Tailscale app. The key to log in with stands beside them in clear: of it only
 * whether there is one is ever kept.
 * Source: truenas/apps ix-dev/community/tailscale/questions.yaml
 */
const Config = z.object({
  tailscale: z.object({
    accept_routes: OFF,
    auth_once: OFF,
    reset: OFF,
    userspace: OFF,
    advertise_routes: Texts.nullish(),
    extra_args: z
      .array(z.string())
      .nullish()
      .transform((args) => acceptsRoutes(args ?? [])),
    auth_key: z
      .string()
      .nullish()
      .transform((key) => Boolean(key)),
  }),
  network: z.object({ host_network: OFF }).nullish(),
  storage: z.object({ state: z.object({ type: Text.nullish() }).nullish() }).nullish(),
});

/** Every Tailscale app with what it is set to; an app made by hand has no such settings. */
export async function readTailscaleApps(means: ApiMeans): Promise<Fact<TailscaleApp[]>> {
  const apps = await askApi(means, { method: 'app.query', schema: Apps });
  if (!apps.seen) return apps;
  const found: TailscaleApp[] = [];
  for (const app of apps.value.filter(({ metadata }) => metadata?.name === 'tailscale')) {
    const ask = { method: 'app.config', params: [app.name], schema: Config };
    const config = await askApi(means, ask);
    if (!config.seen) return missing(config.why, config.next);
    found.push(appOf(app, config.value));
  }
  return { ...apps, value: found };
}

function appOf(app: App, { tailscale, network, storage }: z.infer<typeof Config>): TailscaleApp {
  return {
    name: app.name,
    state: app.state,
    version: app.version ?? '',
    containers: (app.active_workloads?.container_details ?? [])
      .filter(({ state }) => state === 'running')
      .map(({ id }) => id),
    acceptRoutes: (tailscale.accept_routes ?? false) || tailscale.extra_args,
    authOnce: tailscale.auth_once ?? true,
    reset: tailscale.reset ?? false,
    userspace: tailscale.userspace ?? false,
    hostNetwork: network?.host_network ?? true,
    advertiseRoutes: tailscale.advertise_routes ?? [],
    keepsState: !/^(?:tmpfs|temporary|anonymous)$/.test(storage?.state?.type ?? ''),
    hasAuthKey: tailscale.auth_key,
  };
}

/** Before 1.3.17 the app had no switch of its own, and the flag was written here. */
function acceptsRoutes(args: readonly string[]): boolean {
  return args.some((arg) => /^--accept-routes(?:=(?:true|1))?$/.test(arg));
}
