import { createIfAbsent } from '../cluster.ts';
import type { CsiNode } from '../kinds.ts';
import { type Program, type ProgramContext, untilStopped } from '../programs.ts';
import { connectCsi } from './grpc-client.ts';
import { CSI } from './messages.ts';
import { loggedCall, sidecarLog } from './sidecar-log.ts';

const CONNECT_TIMEOUT_MS = 30_000;
const CALL_TIMEOUT_MS = 90_000;

/**
 * The image csi-node-driver-registrar: makes a driver known to the kubelet of its node, which
 * lists it in the node's CSINode. It never probes.
 */
export const nodeDriverRegistrar: Program = async (context) => {
  const log = sidecarLog(context);
  log.say('I', 'main.go:167', 'Version: v2.9.0');
  log.say('I', 'main.go:191', 'Attempting to open a gRPC connection with: "/csi-data/csi.sock"');
  const connection = connectCsi(context.hostPath('/csi-data/csi.sock'));
  let unregister = (): void => undefined;
  try {
    await connection.connected(CONNECT_TIMEOUT_MS);
    log.say('I', 'main.go:199', 'Calling CSI driver to discover driver name');
    const call = { ask: {}, timeoutMs: CALL_TIMEOUT_MS };
    const { name } = await loggedCall({ connection, log }, CSI.getPluginInfo, call);
    log.say('I', 'main.go:208', `CSI driver name: "${name}"`);
    const socket = `/registration/${name}-reg.sock`;
    log.say('I', 'node_register.go:53', `Starting Registration Server at: ${socket}`);
    unregister = register(context, name);
    log.say(
      'I',
      'main.go:102',
      'Received NotifyRegistrationStatus call: &RegistrationStatus{PluginRegistered:true,Error:,}',
    );
    await untilStopped(context);
    return { exitCode: 0 };
  } catch (error) {
    if (context.signal.aborted) return { exitCode: 0 };
    log.say('E', 'main.go:203', `error retreiving CSI driver name: ${(error as Error).message}`);
    return { exitCode: 1 };
  } finally {
    unregister();
    connection.close();
  }
};

/** Adds the driver to the CSINode; the returned function takes it out again. */
function register({ cluster, env, pod }: ProgramContext, driver: string): () => void {
  const nodeName = env['KUBE_NODE_NAME'] ?? pod.spec.nodeName ?? '';
  createIfAbsent(cluster, 'csinodes.storage.k8s.io', {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'CSINode',
    metadata: { name: nodeName },
    spec: { drivers: [] },
  });
  const write = (change: (drivers: Drivers) => Drivers): void =>
    cluster.update('csinodes.storage.k8s.io', nodeName, (node) => ({
      ...node,
      spec: { drivers: change(node.spec.drivers ?? []) },
    }));
  const without = (drivers: Drivers): Drivers => drivers.filter(({ name }) => name !== driver);
  write((drivers) => [...without(drivers), { name: driver, nodeID: nodeName, topologyKeys: null }]);
  return () => write(without);
}

type Drivers = NonNullable<CsiNode['spec']['drivers']>;
