import { join } from 'node:path';
import type { FaultQuestion } from '../../src/lab/faults/fault.ts';
import { NODE_TO_NAS } from '../../src/lab/faults/fault.ts';
import { locateLabHost } from '../../src/lab/locate.ts';
import { builtPrograms } from '../../src/lab/programs.ts';
import type { Lab } from '../../src/lab/start.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { openVantageIn } from '../../src/platform/open-vantage.ts';
import {
  type DiagnoseResult,
  runDiagnosis,
  type Surroundings,
} from '../../src/session/diagnose-session.ts';
import {
  DEFAULT_PORTS,
  DEFAULT_PROBE_TIMEOUT_MS,
  type DiagnoseRequest,
} from '../../src/session/request.ts';

/** The real world, as the command line puts it together. */
export function labSurroundings(): Surroundings {
  return {
    clock: systemClock,
    openVantage: openVantageIn({
      locateLabHost,
      agentPath: join(builtPrograms(), 'agent.cjs'),
      interactive: false,
    }),
  };
}

/** What the user of the command line gets for a question about the lab. */
export function diagnoseInLab(
  lab: Lab,
  { from, to, serverAddress }: FaultQuestion = NODE_TO_NAS,
  change: Partial<DiagnoseRequest> = {},
): Promise<DiagnoseResult> {
  const request: DiagnoseRequest = {
    from: `lab://${lab.id}/${from}`,
    to: `lab://${lab.id}/${to}`,
    addresses: [serverAddress],
    ports: DEFAULT_PORTS,
    controls: serverAddress.includes(':') ? ['fd00:10::1'] : ['10.0.0.1'],
    compare: [],
    deadlineMs: 15_000,
    probeTimeoutMs: DEFAULT_PROBE_TIMEOUT_MS,
    vantage: {},
    ...change,
  };
  return runDiagnosis(request, labSurroundings(), { signal: new AbortController().signal });
}
