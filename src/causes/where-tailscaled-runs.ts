import { APP_SHELL } from '../model/truenas-places.ts';
import type { Party } from './cause.ts';

/** Where a person types `tailscale`: on a TrueNAS only the container of the app has it. */
export function whereTailscaledRuns({ name, facts }: Pick<Party, 'name' | 'facts'>): string {
  return facts?.truenas
    ? `${name}, in the container of its Tailscale app: ${APP_SHELL}`
    : `${name}, where tailscaled runs; on a TrueNAS: ${APP_SHELL}`;
}
