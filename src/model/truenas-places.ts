/**
 * Places in the web interface of a TrueNAS that a person is sent to.
 * Source: truenas webui, pages apps and system at 24.10 to 25.10.
 */

/** A shell in the container of the Tailscale app: root, in the network of the NAS, with `tailscale`. */
export const APP_SHELL = 'Apps > Tailscale > Workloads > Shell';

/** A shell of the host itself. */
export const HOST_SHELL = 'System > Shell';

/** Where scripts that run at start are listed. */
export const INIT_SCRIPTS = 'System > Advanced Settings > Init/Shutdown Scripts';
