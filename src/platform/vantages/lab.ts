import type { LabHostHandle } from '../../ports/lab-host.ts';
import type { Vantage, VantageOptions } from '../../ports/vantage.ts';
import { startAgent } from '../agent/agent-client.ts';
import { shellOf } from '../process/shell.ts';

/**
 * A host of the lab: scripts run there directly, sockets are opened by an agent, which starts at
 * once because somebody will want it.
 *
 * @param agentPath The bundled agent.
 */
export function openLabHost(
  url: string,
  { enter, host, addresses }: LabHostHandle,
  { agentPath, options }: { agentPath: string; options: VantageOptions },
): Vantage {
  const shell = shellOf((line) => [...enter, 'sh', '-c', line], { where: url, options });
  const agent = startAgent([...enter, process.execPath, agentPath], url);
  return {
    url,
    hostId: host,
    addresses,
    get rootProblem() {
      return shell.rootProblem();
    },
    sh: shell.sh,
    probe: agent.probe,
    unixHttp: agent.unixHttp,
    close: agent.close,
  };
}
