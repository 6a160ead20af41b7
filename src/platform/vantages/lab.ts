import type { LabHostHandle } from '../../ports/lab-host.ts';
import type { UnixHttpAnswer, UnixHttpAsk, Vantage, VantageOptions } from '../../ports/vantage.ts';
import { type AgentClient, startAgent } from '../agent/agent-client.ts';
import { shellOf } from '../process/shell.ts';
import { unixHttp } from '../unix-http.ts';

/**
 * A host of the lab: scripts run there directly, unix sockets are reached through its file system
 * (their paths know no network namespaces), and the network is asked by an agent, which starts
 * with the first question.
 *
 * @param agentPath The bundled agent.
 */
export function openLabHost(
  url: string,
  { enter, host, addresses, root }: LabHostHandle,
  { agentPath, options }: { agentPath: string; options: VantageOptions },
): Vantage {
  const shell = shellOf((line) => [...enter, 'sh', '-c', line], { where: url, options });
  let started: AgentClient | undefined;
  const agent = () => {
    started ??= startAgent([...enter, process.execPath, agentPath], url);
    return started;
  };
  return {
    url,
    hostId: host,
    addresses,
    get rootProblem() {
      return shell.rootProblem();
    },
    sh: shell.sh,
    probe: (ask, signal, onStage) => agent().probe(ask, signal, onStage),
    unixHttp: (ask, signal) =>
      root === undefined ? agent().unixHttp(ask, signal) : unixHttpUnder(root, ask, signal),
    close: async () => started?.close(),
  };
}

async function unixHttpUnder(
  root: string,
  ask: UnixHttpAsk,
  signal: AbortSignal,
): Promise<UnixHttpAnswer> {
  const socketPaths = ask.socketPaths.map((path) => `${root}${path}`);
  const answer = await unixHttp({ ...ask, socketPaths }, signal);
  return { ...answer, socketPath: answer.socketPath.slice(root.length) };
}
