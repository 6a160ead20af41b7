import { nodeMount } from '../kubernetes/kubelet/nfs-mount.ts';
import type { Mount, MountAsk, MountOutcome } from '../kubernetes/kubelet/runner.ts';
import { NODE_MOUNT } from '../protocol.ts';
import { filter, textOf } from './nas-request.ts';

type Question = Pick<MountAsk, 'protocol' | 'server' | 'port' | 'share' | 'timeoutMs'>;

/**
 * Mounts from the network of the pod's node: where that is not our own, by a process of its own.
 *
 * @param enterNode Words before a command that run it in the network of a node.
 * @param program The bundled program that serves {@link NODE_MOUNT}.
 */
export function mountFromNodes(
  enterNode: (nodeName: string | undefined) => readonly string[],
  program: string,
): Mount {
  return async (ask) => {
    const enter = enterNode(ask.pod.spec.nodeName);
    if (enter.length === 0) return await nodeMount(ask);
    const { protocol, server, port, share, timeoutMs, signal } = ask;
    const question: Question = { protocol, server, port, share, timeoutMs };
    const argv = [...enter, process.execPath, program, NODE_MOUNT];
    return JSON.parse(await filter(argv, JSON.stringify(question), signal)) as MountOutcome;
  };
}

/** The other end: one mount from standard input, what came of it to standard output. */
export async function serveNodeMount(): Promise<void> {
  const question = JSON.parse(await textOf(process.stdin)) as Question;
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: '' }, spec: { containers: [] } };
  const { signal } = new AbortController();
  process.stdout.write(JSON.stringify(await nodeMount({ ...question, pod, signal })));
}
