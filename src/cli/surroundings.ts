import { fileURLToPath } from 'node:url';
import { locateLabHost } from '../lab/locate.ts';
import { systemClock } from '../platform/clock.ts';
import { kubernetesOpener, openVantageIn } from '../platform/open-vantage.ts';
import type { Surroundings } from '../session/diagnose-session.ts';
import { withPastes } from './open-paste.ts';
import { rememberingPasswords } from './remember-password.ts';

/** The real world, for a session. */
export function realSurroundings(): Surroundings {
  const { openShared, openCluster } = kubernetesOpener();
  return {
    clock: systemClock,
    openCluster,
    openVantage: rememberingPasswords(
      withPastes(
        openVantageIn({
          locateLabHost,
          agentPath: fileURLToPath(new URL('./agent.cjs', import.meta.url)),
          openKubernetes: openShared,
          interactive: process.stdin.isTTY === true && process.stderr.isTTY === true,
        }),
      ),
    ),
  };
}
