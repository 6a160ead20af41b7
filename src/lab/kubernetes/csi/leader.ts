import { createIfAbsent } from '../cluster.ts';
import type { Lease } from '../kinds.ts';
import type { ProgramContext } from '../programs.ts';
import { wait } from '../timer.ts';
import type { SidecarLog } from './sidecar-log.ts';

/** Source: kubernetes-csi/csi-lib-utils, leaderelection; the defaults of all four sidecars. */
const LEASE_SECONDS = 15;
const RENEW_DEADLINE_MS = 10_000;
const RETRY_MS = 5000;

/**
 * Takes the lease and keeps it. Resolves when leadership is lost, which ends a sidecar; calls
 * `lead` once it was won.
 */
export async function leadForever(
  context: ProgramContext,
  {
    leaseName,
    log,
    lead,
  }: { readonly leaseName: string; readonly log: SidecarLog; readonly lead: () => void },
): Promise<void> {
  const { timer, signal, pod } = context;
  const namespace = pod.metadata.namespace ?? '';
  const id = pod.metadata.name;
  const at = `${namespace}/${leaseName}`;
  log.say('I', 'leaderelection.go:245', `attempting to acquire leader lease ${at}...`);
  while (!(await tryLease(context, at, id))) await wait(timer, RETRY_MS, signal);
  log.say('I', 'leaderelection.go:255', `successfully acquired lease ${at}`);
  log.say('I', 'leader_election.go:178', 'became leader, starting');
  lead();
  for (;;) {
    await wait(timer, RETRY_MS, signal);
    if (await tryLease(context, at, id)) continue;
    const why = 'timed out waiting for the condition';
    log.say('I', 'leaderelection.go:280', `failed to renew lease ${at}: ${why}`);
    log.say('F', 'leader_election.go:183', 'stopped leading');
    return;
  }
}

/** One attempt, as long as a renewal may take at most when the API server is slow. */
async function tryLease(context: ProgramContext, at: string, id: string): Promise<boolean> {
  const { timer, signal, apiDelayMs, cluster } = context;
  const delayMs = apiDelayMs();
  await wait(timer, Math.min(delayMs, RENEW_DEADLINE_MS), signal);
  if (delayMs >= RENEW_DEADLINE_MS) return false;
  const now = timer.now();
  const held = cluster.get('leases.coordination.k8s.io', at);
  if (held && isTaken(held, { id, now })) return false;
  const renewTime = new Date(now).toISOString().replace('Z', '000Z');
  if (!held) {
    createIfAbsent(cluster, 'leases.coordination.k8s.io', newLease(at, { id, renewTime }));
    return true;
  }
  const isMine = held.spec.holderIdentity === id;
  cluster.update('leases.coordination.k8s.io', at, (lease) => ({
    ...lease,
    spec: {
      ...lease.spec,
      holderIdentity: id,
      renewTime,
      ...(isMine
        ? {}
        : { acquireTime: renewTime, leaseTransitions: (lease.spec.leaseTransitions ?? 0) + 1 }),
    },
  }));
  return true;
}

function isTaken(
  { spec }: Lease,
  { id, now }: { readonly id: string; readonly now: number },
): boolean {
  const { holderIdentity, renewTime, leaseDurationSeconds = LEASE_SECONDS } = spec;
  if (!holderIdentity || holderIdentity === id) return false;
  return Date.parse(renewTime ?? '') + leaseDurationSeconds * 1000 > now;
}

function newLease(
  at: string,
  { id, renewTime }: { readonly id: string; readonly renewTime: string },
): Lease {
  const [namespace = '', name = ''] = at.split('/');
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name, namespace },
    spec: {
      holderIdentity: id,
      leaseDurationSeconds: LEASE_SECONDS,
      acquireTime: renewTime,
      renewTime,
      leaseTransitions: 0,
    },
  };
}
