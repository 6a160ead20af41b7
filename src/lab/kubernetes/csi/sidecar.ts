import type { Ended } from '../kubelet/runner.ts';
import type { Program, ProgramContext } from '../programs.ts';
import { type CsiConnection, connectCsi } from './grpc-client.ts';
import { leadForever } from './leader.ts';
import { CSI } from './messages.ts';
import { probeForever } from './probe-forever.ts';
import { loggedCall, type SidecarLog, sidecarLog } from './sidecar-log.ts';

/** How one kind of sidecar differs from the others. */
export interface SidecarKind {
  readonly version: string;
  /** Source file and line of its main program, as its log shows them. */
  readonly places: { readonly version: string; readonly failed: string };
  /** What it puts in front of a failed probe. */
  readonly failure: string;
  /** The snapshotter wants the driver's name before it probes, the others after. */
  readonly asksNameFirst: boolean;
  /** @param driver With dashes for dots. */
  leaseName(driver: string): string;
  /** Begins its work once it leads. Returns what stops it. */
  lead?(parts: Leading): () => void;
}

export interface Leading {
  readonly context: ProgramContext;
  readonly connection: CsiConnection;
  readonly log: SidecarLog;
  readonly driver: string;
}

/** The real ones give up a socket that does not appear after this. */
const CONNECT_TIMEOUT_MS = 30_000;
/** `--timeout` of the chart. */
const CALL_TIMEOUT_MS = 90_000;
/** A Go program that is PID 1 dies of SIGTERM with this; klog.Fatal leaves with 255. */
const EXIT = { failed: 1, terminated: 2, fatal: 255 } as const;

/**
 * A container of the images registry.k8s.io/sig-storage/csi-*: connects, probes, leads. It ends
 * when the probe fails, when the connection is lost or when it stops leading.
 */
export function sidecar(kind: SidecarKind): Program {
  return async (context) => {
    const log = sidecarLog(context);
    log.say('I', kind.places.version, `Version: ${kind.version}`);
    const address = addressOf(context);
    log.say('I', 'connection.go:215', `Connecting to unix://${address}`);
    const connection = connectCsi(context.hostPath(address));
    try {
      return await Promise.race([
        serve(kind, { context, connection, log }),
        connection.lost.then(() => lost(log)),
        terminated(context),
      ]);
    } finally {
      connection.close();
    }
  };
}

function addressOf({ container }: ProgramContext): string {
  const args = container.args ?? [];
  // Go takes the last of a flag that is given twice
  return (
    args.findLast((arg) => arg.startsWith('--csi-address='))?.split('=')[1] ?? '/csi-data/csi.sock'
  );
}

function lost(log: SidecarLog): Ended {
  const message = 'Lost connection to CSI driver, exiting';
  log.say('E', 'connection.go:142', message);
  return { exitCode: EXIT.failed, message };
}

function terminated({ signal }: ProgramContext): Promise<Ended> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve({ exitCode: EXIT.terminated }), { once: true });
  });
}

async function serve(kind: SidecarKind, parts: Omit<Leading, 'driver'>): Promise<Ended> {
  const { context, connection, log } = parts;
  const stops: (() => void)[] = [];
  context.signal.addEventListener('abort', () => stopAll(stops), { once: true });
  try {
    await connection.connected(CONNECT_TIMEOUT_MS);
    const driver = await introduce(kind, parts);
    const leaseName = kind.leaseName(driver.replaceAll('.', '-'));
    const lead = (): void => {
      const stop = kind.lead?.({ ...parts, driver });
      if (stop) stops.push(stop);
    };
    await leadForever(context, { leaseName, log, lead });
    return { exitCode: EXIT.fatal };
  } catch (error) {
    if (context.signal.aborted) return { exitCode: EXIT.terminated };
    log.say('E', kind.places.failed, `${kind.failure}${(error as Error).message}`);
    return { exitCode: EXIT.failed };
  } finally {
    stopAll(stops);
  }
}

function stopAll(stops: (() => void)[]): void {
  for (const stop of stops.splice(0)) stop();
}

/** Probe, name and capabilities, in the order of this kind. @returns The driver's name. */
async function introduce(
  kind: SidecarKind,
  { context, connection, log }: Omit<Leading, 'driver'>,
): Promise<string> {
  const call = { ask: {}, timeoutMs: CALL_TIMEOUT_MS };
  const probe = () => probeForever(context, { connection, log, timeoutMs: CALL_TIMEOUT_MS });
  if (!kind.asksNameFirst) await probe();
  const { name } = await loggedCall({ connection, log }, CSI.getPluginInfo, call);
  log.say('I', kind.places.version, `CSI driver name: "${name}"`);
  if (kind.asksNameFirst) await probe();
  await loggedCall({ connection, log }, CSI.getPluginCapabilities, call);
  return name;
}
