import type { ProgramContext } from '../programs.ts';
import { connectCsi, RpcError } from './grpc-client.ts';
import { CSI } from './messages.ts';

/** `bin/liveness-probe --csi-address=…`: asks past any proxy, and wants ready. */
export async function livenessProbe(
  context: ProgramContext,
  argv: readonly string[],
  timeoutMs: number,
): Promise<{ exitCode: number; output: string }> {
  const address = argv.find((arg) => arg.startsWith('--csi-address='))?.split('=')[1] ?? '';
  const connection = connectCsi(context.hostPath(address));
  try {
    const { ready } = await connection.call(CSI.probe, {}, timeoutMs);
    return ready === false
      ? { exitCode: 1, output: 'error: null, data: {"ready":{"value":false}}' }
      : { exitCode: 0, output: '' };
  } catch (error) {
    if (!(error instanceof RpcError)) throw error;
    const details = error.message.replace(/^rpc error: code = \w+ desc = /, '');
    const shown = JSON.stringify({ code: error.code, details, metadata: {} });
    return { exitCode: 1, output: `error: ${shown}, data: undefined` };
  } finally {
    connection.close();
  }
}
