/** Images of the lab's cluster. All of them are "on the node", as `node.status.images` says. */
export const IMAGES = {
  attacher: 'registry.k8s.io/sig-storage/csi-attacher:v4.4.0',
  provisioner: 'registry.k8s.io/sig-storage/csi-provisioner:v3.6.0',
  resizer: 'registry.k8s.io/sig-storage/csi-resizer:v1.9.0',
  snapshotter: 'registry.k8s.io/sig-storage/csi-snapshotter:v8.2.1',
  registrar: 'registry.k8s.io/sig-storage/csi-node-driver-registrar:v2.9.0',
  driver: 'docker.io/democraticcsi/democratic-csi:next',
  /** Of before TrueNAS 25.10. */
  oldDriver: 'docker.io/democraticcsi/democratic-csi:v1.8.4',
  proxy: 'docker.io/democraticcsi/csi-grpc-proxy:v0.5.7',
  busybox: 'docker.io/library/busybox:1.37.0',
  tailscale: 'ghcr.io/tailscale/tailscale:v1.102.3',
  operator: 'ghcr.io/tailscale/k8s-operator:v1.102.3',
  jellyfin: 'docker.io/jellyfin/jellyfin:10.10.7',
  sonarr: 'lscr.io/linuxserver/sonarr:4.0.14',
  immich: 'ghcr.io/immich-app/immich-server:v1.132.3',
  whoami: 'docker.io/traefik/whoami:v1.11.0',
} as const;
