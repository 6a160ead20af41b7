/** tailscaled's usual socket; in a container it lies in the container's own mounts. */
export const LOCAL_API_SOCKET = '/var/run/tailscale/tailscaled.sock';
