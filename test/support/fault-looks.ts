import type { Fault } from '../../src/lab/faults/fault.ts';
import type { Lab } from '../../src/lab/start.ts';
import { type Reach, reach } from './lab.ts';

/** How API (over TLS) and NFS of the NAS look from where a fault's question is asked. */
export interface Looks {
  readonly api: Reach;
  readonly nfs: Reach;
}

const HEALTHY: Looks = { api: 'answered', nfs: 'answered' };
const SILENT: Looks = { api: 'timed-out', nfs: 'timed-out' };

const LOOKS: Readonly<Record<string, Looks>> = {
  'accept-routes': SILENT,
  'exit-node-no-lan': SILENT,
  'nfs-down': { api: 'answered', nfs: 'refused' },
  'api-hangs': { api: 'silent', nfs: 'answered' },
  'api-down-nfs-up': { api: 'refused', nfs: 'answered' },
  'node-route-astray': SILENT,
  'nas-off': { api: 'unreachable', nfs: 'unreachable' },
};

/** What anybody must see while the fault is in force; `undefined` for one that nobody described. */
export function looksOf({ id, expect }: Fault): Looks | undefined {
  if (expect.verdict === 'healthy') return HEALTHY;
  return LOOKS[id.startsWith('accept-routes') ? 'accept-routes' : id];
}

/** What is seen. Waits no longer than the expected answer may take. */
export async function looksNow(lab: Lab, fault: Fault): Promise<Looks> {
  const { from: host, serverAddress: to } = fault.question;
  const expected = looksOf(fault);
  // an answer may be slow on a busy machine; the kernel gives up on ARP after three seconds
  const waitMs = fault.id === 'nas-off' ? 5_000 : expected === SILENT ? 400 : 2_000;
  const [api, nfs] = await Promise.all([
    reach(lab, { host, to, port: 443, speak: 'https', waitMs }),
    reach(lab, { host, to, port: 2049, speak: 'rpc', waitMs }),
  ]);
  return { api, nfs };
}
