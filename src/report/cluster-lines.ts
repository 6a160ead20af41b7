import type { ClusterView, Symptom } from '../model/diagnosis.ts';
import { clockTime } from './clock-time.ts';

const MOST_NAMES = 8;

/** What hangs, equal states together: `ContainerCreating  jellyfin, sonarr (media), since 02:41:16`. */
export function hangingLines({ symptoms }: ClusterView, utcOffsetMinutes: number): string[] {
  const groups = new Map<string, Symptom[]>();
  for (const symptom of symptoms) {
    groups.set(symptom.state, [...(groups.get(symptom.state) ?? []), symptom]);
  }
  const time = (unixMs: number) => clockTime(unixMs, utcOffsetMinutes);
  return [...groups].map(([state, alike]) => {
    const since = least(alike.flatMap(({ sinceUnixMs }) => sinceUnixMs ?? []));
    const next = least(alike.flatMap(({ nextTryUnixMs }) => nextTryUnixMs ?? []));
    return [
      `${state.padEnd(20)}  ${namesOf(alike)}`,
      ...(since === undefined ? [] : [`since ${time(since)}`]),
      ...(next === undefined ? [] : [`next try ${time(next)}`]),
    ].join(', ');
  });
}

/** Known shapes among what the cluster says, most telling first. */
export function saidLines({ signatures }: ClusterView): string[] {
  return signatures.map(({ id, count, meaning }) => `${id} (${count} x): ${meaning}`);
}

/** Which servers volumes live on; those that nothing hangs on only when all are wanted. */
export function storageLines({ storage }: ClusterView, all: boolean): string[] {
  const shown = storage.filter(({ pods, outdated }, at) => all || at === 0 || pods > 0 || outdated);
  return shown.map(({ server, ports, drivers, volumes, pods, nodes, place, outdated }) =>
    [
      `${server} ${ports.map((port) => `:${port}`).join(' ')}`.trim(),
      `${volumes} ${volumes === 1 ? 'volume' : 'volumes'} of ${drivers.join(', ')}`,
      ...(pods > 0
        ? [`${pods} ${pods === 1 ? 'pod' : 'pods'} on ${nodes.join(', ')} hang on it`]
        : []),
      ...(place === 'in-cluster' ? ['inside the cluster'] : []),
      ...(outdated ? ['an OLD address: the driver is configured with another today'] : []),
    ].join(', '),
  );
}

/** `jellyfin, sonarr (media), immich (photos)` */
function namesOf(symptoms: readonly Symptom[]): string {
  const names = new Map<string, string[]>();
  const refs = symptoms.map(({ object, workload }) => workload ?? object);
  const unique = [...new Map(refs.map((ref) => [JSON.stringify(ref), ref])).values()];
  for (const { namespace = '', name } of unique.slice(0, MOST_NAMES)) {
    names.set(namespace, [...(names.get(namespace) ?? []), name]);
  }
  const groups = [...names].map(
    ([namespace, all]) => `${all.join(', ')}${namespace === '' ? '' : ` (${namespace})`}`,
  );
  const more = unique.length - MOST_NAMES;
  return `${groups.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function least(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : values.reduce((a, b) => Math.min(a, b));
}
