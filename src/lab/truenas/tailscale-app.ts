import type { AppValues } from './app-values.ts';
import type { Container } from './container.ts';
import type { Row } from './filter-list.ts';

/** The user's name for it; the catalogue's is in its metadata. */
export const APP_NAME = 'tailscale';
const APP_VERSION = '1.4.14';
const TAILSCALE_VERSION = 'v1.102.3';
export const TAILSCALE_IMAGE = `ghcr.io/tailscale/tailscale:${TAILSCALE_VERSION}`;
export const CONTAINER_NAME = `ix-${APP_NAME}-tailscale-1`;
export const PHOTOS_CONTAINER_NAME = 'ix-photos-tailscale-1';

/** Another app with a tailscaled of its own, in a network of its own. */
const PHOTOS: Row = {
  name: 'photos',
  id: 'photos',
  state: 'RUNNING',
  upgrade_available: false,
  latest_version: null,
  image_updates_available: false,
  custom_app: true,
  migrated: false,
  human_version: '1.0.0_custom',
  version: '1.0.0',
  metadata: {
    name: 'custom-app',
    title: 'Custom App',
    train: 'stable',
    app_version: 'custom',
    version: '1.0.0',
  },
  notes: null,
  portals: {},
  version_details: null,
};

/** Entries of `app.query`. */
export function appEntries(
  { values, stopped }: { readonly values: AppValues; readonly stopped: boolean },
  container: Container,
  options: { readonly withConfig: boolean },
): readonly Row[] {
  const id = stopped ? undefined : container.id();
  const state = stopped ? 'STOPPED' : stateOf(id, container);
  const config = options.withConfig ? { config: values } : {};
  return [
    {
      name: APP_NAME,
      id: APP_NAME,
      state,
      upgrade_available: false,
      latest_version: APP_VERSION,
      image_updates_available: false,
      custom_app: false,
      migrated: false,
      human_version: `${TAILSCALE_VERSION}_${APP_VERSION}`,
      version: APP_VERSION,
      metadata: {
        name: 'tailscale',
        title: 'Tailscale',
        train: 'community',
        app_version: TAILSCALE_VERSION,
        version: APP_VERSION,
        host_mounts: [],
        capabilities: [{ name: 'NET_ADMIN' }, { name: 'NET_RAW' }, { name: 'SYS_MODULE' }],
      },
      active_workloads: workloads(id),
      notes: null,
      portals: {},
      version_details: null,
      ...config,
    },
    { ...PHOTOS, active_workloads: workloads(undefined) },
  ];
}

function stateOf(id: string | undefined, container: Container): string {
  if (id === undefined) return 'DEPLOYING';
  return container.hasCrashed() ? 'CRASHED' : 'RUNNING';
}

/** `app.container_console_choices`: the containers that a shell can be opened in. */
export function consoleChoices(container: Container): Row {
  const id = container.id();
  if (id === undefined) return {};
  return { [id]: { service_name: 'tailscale', image: TAILSCALE_IMAGE, state: 'running', id } };
}

function workloads(id: string | undefined): object {
  const details = {
    id,
    service_name: 'tailscale',
    image: TAILSCALE_IMAGE,
    port_config: [],
    state: 'running',
    volume_mounts: [
      {
        source: '/mnt/.ix-apps/app_mounts/tailscale/state',
        destination: '/var/lib/tailscale',
        mode: '',
        type: 'bind',
      },
    ],
  };
  return {
    containers: id === undefined ? 0 : 1,
    used_ports: [],
    used_host_ips: [],
    container_details: id === undefined ? [] : [details],
    volumes: id === undefined ? [] : details.volume_mounts,
    images: id === undefined ? [] : [TAILSCALE_IMAGE],
    networks: [],
  };
}
