import * as z from 'zod';
import { OutsideError } from '../../model/outside-error.ts';
import { atMost } from '../../ports/at-most.ts';
import type { Clock } from '../../ports/clock.ts';
import type { KubeResource, Kubernetes } from '../../ports/kubernetes.ts';

/** A pod that should have gone: twice the grace that pods have by default. */
const LONG_GONE_MS = 60_000;
const READ_MS = 10_000;
const MOST = 20;

const Meta = z.object({
  namespace: z.string().default(''),
  name: z.string(),
  deletionTimestamp: z.string().optional(),
});
const Condition = z.object({
  type: z.string(),
  status: z.string(),
  reason: z.string().optional(),
  message: z.string().optional(),
});
const Release = z.object({
  metadata: Meta,
  status: z.object({ conditions: z.array(Condition).default([]) }).optional(),
});
const Pod = z.object({ metadata: Meta });
const Event = z.object({
  reason: z.string().optional(),
  involvedObject: z.object({ namespace: z.string().default(''), name: z.string() }),
});

/** Releases of Flux that gave up; the ones that still try are left out. */
const GAVE_UP = /^(?:InstallFailed|UpgradeFailed|RetriesExceeded|RollbackFailed|TestFailed)$/;
const MISSED = /^(?:TooManyMissedTimes|MissSchedule)$/;

/**
 * What an outage of storage leaves behind that a mended path does not heal: Helm releases that gave
 * up, pods that cannot go because a mount is dead, jobs that were missed. Never rejects for what the
 * cluster does: what may not be read is left out.
 */
export async function readNotHealing(
  kube: Kubernetes,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<readonly string[]> {
  const bounded = atMost(READ_MS, signal);
  const read = (resource: KubeResource) => itemsOf(kube, resource, bounded);
  const [releases, pods, events] = await Promise.all([
    read({ group: 'helm.toolkit.fluxcd.io', version: 'v2', plural: 'helmreleases' }),
    read({ version: 'v1', plural: 'pods' }),
    read({ version: 'v1', plural: 'events' }),
  ]);
  return [
    ...releases.flatMap(failedRelease),
    ...pods.flatMap((pod) => stuckPod(pod, clock.now())),
    ...new Set(events.flatMap(missedJob)),
  ].slice(0, MOST);
}

async function itemsOf(
  kube: Kubernetes,
  resource: KubeResource,
  signal: AbortSignal,
): Promise<readonly unknown[]> {
  const items: unknown[] = [];
  try {
    await kube.list({ resource }, (page) => items.push(...page.items), signal);
  } catch (error) {
    if (!(error instanceof OutsideError) && !signal.aborted) throw error;
  }
  return items;
}

function failedRelease(item: unknown): string[] {
  const { data } = Release.safeParse(item);
  const failed = data?.status?.conditions.find(
    ({ status, reason = '' }) => status === 'False' && GAVE_UP.test(reason),
  );
  if (!data || !failed) return [];
  const { namespace, name } = data.metadata;
  return [
    `HelmRelease ${namespace}/${name} gave up (${failed.reason}): flux reconcile helmrelease -n ${namespace} ${name} --force`,
  ];
}

function stuckPod(item: unknown, nowUnixMs: number): string[] {
  const { data } = Pod.safeParse(item);
  const since = Date.parse(data?.metadata.deletionTimestamp ?? '');
  if (!data || !(nowUnixMs - since > LONG_GONE_MS)) return [];
  const { namespace, name } = data.metadata;
  return [
    `pod ${namespace}/${name} has been terminating for ${Math.round((nowUnixMs - since) / 60_000)} min: look for a dead mount on its node before you force it`,
  ];
}

function missedJob(item: unknown): string[] {
  const { data } = Event.safeParse(item);
  if (!data || !MISSED.test(data.reason ?? '')) return [];
  const { namespace, name } = data.involvedObject;
  return [
    `CronJob ${namespace}/${name} has missed runs: kubectl -n ${namespace} create job --from=cronjob/${name} ${name}-now`,
  ];
}
