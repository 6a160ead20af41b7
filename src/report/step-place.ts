import type { Step } from '../model/plan.ts';
import { APP_SHELL, HOST_SHELL, INIT_SCRIPTS } from '../model/truenas-places.ts';

/** Where what a step does is typed or asked. */
export interface StepPlace {
  /** Host and vantage in few words; what a shell takes ends with `$`. */
  readonly prompt: string;
  /** How a person comes there; absent where the vantage says it. */
  readonly reach?: string;
}

/** Of every step but those of a person, who is told where in words. */
export function stepPlace({ hostName, vantage, change }: Step): StepPlace {
  switch (change.kind) {
    case 'person':
      return { prompt: 'you' };
    case 'restart-pods':
      return { prompt: `here, in ${hostName}$` };
    case 'truenas-app':
      return { prompt: `${hostName} (its API)`, reach: `Apps > ${change.app} > Edit` };
    case 'truenas-init-script':
      return { prompt: `${hostName} (its API)`, reach: INIT_SCRIPTS };
    case 'shell':
    case 'tailscale-preference':
      return shellPlace(hostName, vantage);
  }
}

function shellPlace(hostName: string, vantage: string): StepPlace {
  if (vantage.startsWith('truenas:')) {
    return { prompt: `${hostName} (container of its Tailscale app)$`, reach: APP_SHELL };
  }
  const place = vantage.startsWith('paste:') ? HOST_SHELL : vantage;
  return { prompt: `${hostName} (${place})$` };
}
