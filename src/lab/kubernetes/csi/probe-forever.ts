import type { ProgramContext } from '../programs.ts';
import { wait } from '../timer.ts';
import { type CsiConnection, DEADLINE_EXCEEDED, RpcError } from './grpc-client.ts';
import { CSI } from './messages.ts';
import { loggedCall, type SidecarLog } from './sidecar-log.ts';

const INTERVAL_MS = 1000;

/**
 * Asks the driver every second until it is ready. Only two answers make it wait: "not ready" and
 * a deadline that passed. Every other error ends the sidecar.
 *
 * @throws {Error} `CSI driver probe failed: …`
 *
 * Source: kubernetes-csi/csi-lib-utils, rpc/common.go, ProbeForever.
 */
export async function probeForever(
  { timer, signal }: Pick<ProgramContext, 'timer' | 'signal'>,
  parts: {
    readonly connection: CsiConnection;
    readonly log: SidecarLog;
    readonly timeoutMs: number;
  },
): Promise<void> {
  const { log, timeoutMs } = parts;
  for (;;) {
    log.say('I', 'common.go:138', 'Probing CSI driver for readiness');
    try {
      const { ready } = await loggedCall(parts, CSI.probe, { ask: {}, timeoutMs });
      if (ready !== false) return;
      log.say('W', 'common.go:150', 'CSI driver is not ready');
    } catch (error) {
      if (!(error instanceof RpcError) || error.code !== DEADLINE_EXCEEDED) {
        throw new Error(`CSI driver probe failed: ${(error as Error).message}`);
      }
      log.say('W', 'common.go:146', 'CSI driver probe timed out');
    }
    await wait(timer, INTERVAL_MS, signal);
  }
}
