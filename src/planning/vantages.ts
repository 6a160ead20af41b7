import type { HostFacts } from '../model/host.ts';

/**
 * The way by which a host is changed, of those by which it was looked at: a shell of its own before
 * the web shell of a container. Pods that look on behalf of a node may change nothing.
 */
export function actingVantage({ vantages }: Pick<HostFacts, 'vantages'>): string | undefined {
  return (
    vantages.find((url) => /^(?:local|lab|ssh):/.test(url)) ??
    vantages.find((url) => url.startsWith('truenas:')) ??
    vantages.find(isTyped)
  );
}

/** The way to the API of a TrueNAS, where it was looked at by that. */
export function apiVantage({ vantages }: Pick<HostFacts, 'vantages'>): string | undefined {
  return vantages.find((url) => url.startsWith('truenas:'));
}

/** Whether only a person can act there, by a shell that this program does not reach. */
export function isTyped(url: string): boolean {
  return url.startsWith('paste:');
}

/**
 * The way to look at a host once more: of several one that shows its rules, which a pod of a driver
 * without `ip` does not.
 */
export function lookingVantage(host: Pick<HostFacts, 'vantages'>): string | undefined {
  const { vantages } = host;
  return actingVantage(host) ?? vantages.find((url) => url.startsWith('node:')) ?? vantages[0];
}
