/**
 * Images with a shell, and how much of what we ask with is in them: `ip` counts most, because
 * rules and routes cannot be read without it. Names as registries know them; a mirror's prefix
 * does not matter.
 */
const KNOWN: readonly RegExp[] = [
  /(?:^|\/)nicolaka\/netshoot(?=[:@]|$)/,
  /(?:^|\/)tailscale\/tailscale(?=[:@]|$)/,
  /(?:^|\/)cilium\/cilium(?=[:@]|$)/,
  /(?:^|\/)(?:flannel-io|flannel)\/flannel(?=[:@]|$)/,
  /(?:^|\/)siderolabs\/flannel(?=[:@]|$)/,
  /(?:^|\/)calico\/node(?=[:@]|$)/,
  /(?:^|\/)rancher\/klipper-lb(?=[:@]|$)/,
  /(?:^|\/)(?:kube-proxy|kube-proxy-amd64)(?=[:@]|$)/,
  /(?:^|\/)alpine(?=[:@]|$)/,
  /(?:^|\/)busybox(?=[:@]|$)/,
  /(?:^|\/)democraticcsi\/democratic-csi(?=[:@]|$)/,
];

/** More are not tried: each that turns out not to be there costs a pod. */
const MOST_TRIES = 3;

/** Images on a node that a look can be made with, best first. @param onNode `status.images[].names` */
export function probeImages(onNode: readonly string[]): readonly string[] {
  // a tag reads better in `kubectl get pods` than a digest, and is what pull policy Never asks for
  const named = onNode.toSorted((a, b) => Number(a.includes('@')) - Number(b.includes('@')));
  const found = KNOWN.flatMap((pattern) => named.find((image) => pattern.test(image)) ?? []);
  return found.slice(0, MOST_TRIES);
}
