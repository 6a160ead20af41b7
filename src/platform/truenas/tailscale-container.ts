import { OutsideError } from '../../model/outside-error.ts';
import type { Truenas } from '../../ports/truenas.ts';
import type { ContainerPlace } from './web-shell.ts';

/** An app as `app.query` tells of it, as far as it is used here. */
interface App {
  readonly name: string;
  readonly containers: readonly { readonly id: string; readonly image: string }[];
}

/**
 * The container of the Tailscale app that shares the network of the NAS: it has `ip` and
 * `tailscale`, and sees the routing of the host. Any container with such an image will do, also
 * one of a custom app.
 *
 * @throws {OutsideError} If there is none, with why.
 */
export async function tailscaleContainer(
  api: Pick<Truenas, 'call'>,
  host: string,
  signal: AbortSignal,
): Promise<ContainerPlace> {
  const apps = appsIn(await api.call('app.query', [], signal));
  const places = apps.flatMap(({ name, containers }) =>
    containers
      .filter(({ image }) => /(?:^|\/)tailscale(?:[:@]|$)/.test(image))
      .map(({ id }) => ({ app: name, container: id })),
  );
  for (const place of places) {
    if (await hasHostNetwork(api, place.app, signal)) return place;
  }
  throw new OutsideError({
    doing: `run a script on ${host}`,
    found:
      places.length === 0
        ? 'its API has no shell on the host, and no Tailscale app runs whose container could be used'
        : `the Tailscale app "${places[0]?.app}" has a network of its own, which is not that of the NAS`,
    next: 'look with ssh://, or with: returnpath ask nas',
  });
}

function appsIn(answer: unknown): App[] {
  return list(answer).flatMap((app) => {
    const { name, active_workloads: workloads } = record(app);
    if (typeof name !== 'string') return [];
    const details = list(record(workloads)['container_details']);
    return [
      {
        name,
        containers: details
          .map(record)
          .flatMap(({ id, image, state }) =>
            typeof id === 'string' && state === 'running' ? [{ id, image: String(image) }] : [],
          ),
      },
    ];
  });
}

/** A custom app has no such setting; its network is taken to be the host's, and the script tells. */
async function hasHostNetwork(
  api: Pick<Truenas, 'call'>,
  app: string,
  signal: AbortSignal,
): Promise<boolean> {
  const { network } = record(await api.call('app.config', [app], signal));
  return record(network)['host_network'] !== false;
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
