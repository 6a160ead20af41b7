import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Lab } from '../../src/lab/start.ts';
import type { Plan } from '../../src/model/plan.ts';
import { FIND_TAILSCALED, REACH_TAILSCALED } from '../../src/model/shell-text.ts';
import { runStoreIn } from '../../src/platform/runs/run-store.ts';
import { type Planned, planFix, type RunSurroundings } from '../../src/session/fix-session.ts';
import { DEFAULT_PROBE_TIMEOUT_MS, type DiagnoseRequest } from '../../src/session/request.ts';
import { labSurroundings } from './lab-diagnosis.ts';

/** A folder for runs, gone when asked. */
export function tempState(): { readonly folder: string; remove(): void } {
  const folder = mkdtempSync('/tmp/rp-runs-');
  return {
    folder: join(folder, 'runs'),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

export function runSurroundings(folder: string): RunSurroundings {
  return { ...labSurroundings(), store: runStoreIn(folder), vantage: {} };
}

/** The question of the outage, about a lab. */
export function labRequest(lab: Lab, change: Partial<DiagnoseRequest> = {}): DiagnoseRequest {
  return {
    from: `lab://${lab.id}/node`,
    to: `lab://${lab.id}/nas`,
    addresses: ['10.0.0.210'],
    ports: [2049, 443, 80],
    controls: ['10.0.0.1'],
    compare: [],
    deadlineMs: 15_000,
    probeTimeoutMs: DEFAULT_PROBE_TIMEOUT_MS,
    vantage: {},
    ...change,
  };
}

export async function planInLab(lab: Lab, fix?: string): Promise<Planned & { plan: Plan }> {
  const planned = await planFix(labRequest(lab), labSurroundings(), {
    signal: AbortSignal.timeout(30_000),
    guardSeconds: 60,
    fix,
  });
  const { plan } = planned;
  if (!plan) throw new Error(`Cannot plan: ${planned.diagnosis.summary}`);
  return { ...planned, plan };
}

export function quietly(lines: string[] = []) {
  return { signal: AbortSignal.timeout(60_000), tell: (line: string) => void lines.push(line) };
}

/** All that a fix can touch on the NAS, as text: rules, routes of all tables, preferences. */
export async function nasState(lab: Lab): Promise<string> {
  // from the NAS itself: its container has no curl
  const script = `for f in -4 -6; do ip $f rule; ip $f route show table all | sed "s/ expires [0-9]*sec//"; done
${FIND_TAILSCALED}
${REACH_TAILSCALED}
exec curl -sSf --unix-socket "$sock" http://local-tailscaled.sock/localapi/v0/prefs`;
  const { stdout, stderr, exitCode } = await lab.exec('nas', ['sh', '-c', script]);
  if (exitCode !== 0) throw new Error(`Cannot read the preferences: ${stderr}`);
  return stdout;
}
