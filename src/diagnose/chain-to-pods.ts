import type { ObjectRef } from '../model/cluster-message.ts';
import type { Finding } from '../model/diagnosis.ts';

const MOST_NAMES = 6;

/**
 * A finding about the path with what hangs because of it, and its chain led on to that. Causes of
 * the cluster say so themselves.
 */
export function downToPods(finding: Finding, affected: readonly ObjectRef[]): Finding {
  const isOfPath = finding.flows.length > 0 && finding.affects === undefined;
  if (!isOfPath || affected.length === 0) return finding;
  return {
    ...finding,
    chain: [...finding.chain, `so ${listed(affected)} cannot start`],
    affects: [...affected],
  };
}

/** `jellyfin, sonarr (media), immich (photos) and 3 more` */
function listed(refs: readonly ObjectRef[]): string {
  const byNamespace = new Map<string, string[]>();
  for (const { namespace = '', name } of refs.slice(0, MOST_NAMES)) {
    byNamespace.set(namespace, [...(byNamespace.get(namespace) ?? []), name]);
  }
  const groups = [...byNamespace].map(
    ([namespace, names]) => `${names.join(', ')}${namespace === '' ? '' : ` (${namespace})`}`,
  );
  const more = refs.length - MOST_NAMES;
  return `${groups.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
