import type { LocateLabHost } from '../ports/lab-host.ts';
import type { OpenVantage } from '../ports/vantage.ts';
import { openLabHost } from './vantages/lab.ts';
import { openLocal } from './vantages/local.ts';
import { openSsh } from './vantages/ssh.ts';
import { openTruenas } from './vantages/truenas.ts';
import { parseVantageUrl } from './vantages/vantage-url.ts';

export interface VantageSurroundings {
  readonly locateLabHost: LocateLabHost;
  /** The bundled agent, `dist/agent.cjs`. */
  readonly agentPath: string;
  /** Whether somebody sits at a terminal, so that ssh may ask for a password or a host key. */
  readonly interactive: boolean;
}

/** Opens `local:`, `lab://…`, `ssh://…` and `truenas://…`. */
export function openVantageIn({
  locateLabHost,
  agentPath,
  interactive,
}: VantageSurroundings): OpenVantage {
  return async (url, options, signal) => {
    signal.throwIfAborted();
    const parsed = parseVantageUrl(url);
    switch (parsed.scheme) {
      case 'local':
        return openLocal(options);
      case 'lab': {
        const handle = await locateLabHost(parsed.labId, parsed.host);
        return openLabHost(url, handle, { agentPath, options });
      }
      case 'ssh':
        return openSsh(url, parsed, { options, interactive, signal });
      case 'truenas':
        return openTruenas(url, parsed, { options, signal });
    }
  };
}
