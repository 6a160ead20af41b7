import type { Vantage, VantageOptions } from '../../ports/vantage.ts';
import { nativeProbe } from '../probe/native-probe.ts';
import { shellOf } from '../process/shell.ts';
import { unixHttp } from '../unix-http.ts';

/** The machine, or rather the namespaces, that this process runs in. */
export function openLocal(options: VantageOptions): Vantage {
  const shell = shellOf((line) => ['sh', '-c', line], { where: 'local:', options });
  return {
    url: 'local:',
    hostId: 'local',
    addresses: [],
    get rootProblem() {
      return shell.rootProblem();
    },
    sh: shell.sh,
    probe: (ask, signal, onStage) => nativeProbe(ask, { signal, onStage }),
    unixHttp,
    close: () => Promise.resolve(),
  };
}
