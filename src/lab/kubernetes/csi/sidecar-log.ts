import type { MethodDefinition } from '@grpc/grpc-js';
import type { ProgramContext } from '../programs.ts';
import type { CsiConnection, RpcError } from './grpc-client.ts';
import { klogLine } from './klog.ts';

/** A sidecar's log: what it says itself, and at `--v=5` every call it makes. */
export interface SidecarLog {
  say(severity: 'I' | 'W' | 'E' | 'F', place: string, text: string): void;
}

export function sidecarLog({ log, timer }: ProgramContext): SidecarLog {
  return {
    say: (severity, place, text) =>
      log(klogLine(severity, place, { text, nowUnixMs: timer.now() })),
  };
}

/**
 * Makes a call and logs it like csi-lib-utils does.
 *
 * @throws {RpcError}
 *
 * Source: kubernetes-csi/csi-lib-utils v0.14, connection/connection.go, LogGRPC.
 */
export async function loggedCall<Ask, Answer>(
  { connection, log }: { readonly connection: CsiConnection; readonly log: SidecarLog },
  method: MethodDefinition<Ask, Answer>,
  { ask, timeoutMs }: { readonly ask: Ask; readonly timeoutMs: number },
): Promise<Answer> {
  log.say('I', 'connection.go:244', `GRPC call: ${method.path}`);
  log.say('I', 'connection.go:245', `GRPC request: ${JSON.stringify(ask)}`);
  try {
    const answer = await connection.call(method, ask, timeoutMs);
    log.say('I', 'connection.go:251', `GRPC response: ${shown(answer)}`);
    log.say('I', 'connection.go:252', 'GRPC error: <nil>');
    return answer;
  } catch (error) {
    log.say('I', 'connection.go:251', 'GRPC response: {}');
    log.say('I', 'connection.go:252', `GRPC error: ${(error as RpcError).message}`);
    throw error;
  }
}

/** As protobuf's JSON form has it: snake case, and wrappers around what can be absent. */
function shown(answer: unknown): string {
  const { ready, name, vendorVersion } = answer as {
    ready?: boolean;
    name?: string;
    vendorVersion?: string;
  };
  if (ready !== undefined) return ready ? '{"ready":{"value":true}}' : '{"ready":{}}';
  if (name !== undefined) return JSON.stringify({ name, vendor_version: vendorVersion });
  return '{}';
}
