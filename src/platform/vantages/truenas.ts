import { OutsideError } from '../../model/outside-error.ts';
import type { Vantage, VantageOptions } from '../../ports/vantage.ts';
import { openDoor } from '../truenas/door.ts';
import { TruenasSession } from '../truenas/session.ts';
import { tailscaleContainer } from '../truenas/tailscale-container.ts';
import { type ContainerPlace, runInWebShell } from '../truenas/web-shell.ts';
import type { VantageUrl } from './vantage-url.ts';

const HTTPS = 443;

/**
 * A TrueNAS looked at through its own API. Scripts run in the container of its Tailscale app, which
 * shares the network of the NAS; without one, only the API is asked.
 *
 * @throws {OutsideError} If it cannot be reached, is not to be trusted, or does not let us in.
 */
export async function openTruenas(
  url: string,
  { user, hosts, port = HTTPS }: Extract<VantageUrl, { scheme: 'truenas' }>,
  { options, signal }: { readonly options: VantageOptions; readonly signal: AbortSignal },
): Promise<Vantage> {
  const { truenas: login } = options;
  if (!login) {
    throw new OutsideError({
      doing: `log in to the API of ${hosts[0]}`,
      found: 'this command has no key for it',
      next: 'use ssh://, or a command that takes --truenas-key-file',
    });
  }
  const door = await openDoor({ hosts, port }, login, signal);
  const session = new TruenasSession(door, await login.credential({ hosts, user }), login);
  try {
    await session.open(signal);
  } catch (error) {
    session.close();
    door.close();
    throw error;
  }
  // asked for once: whoever has no container now has none for this look
  let place: Promise<ContainerPlace> | undefined;
  return {
    url,
    hostId: hosts[0],
    addresses: hosts,
    reachedAt: door.host,
    ...(hosts.length > 1 ? { attempts: door.attempts } : {}),
    truenas: session,
    async sh(script, shellOptions) {
      const { signal: now } = shellOptions;
      place ??= tailscaleContainer(session, door.host, now);
      const found = place;
      found.catch(() => {
        // what an abort left unknown may be asked again
        if (now.aborted) place = undefined;
      });
      const ask = {
        ...shellOptions,
        place: await found,
        hide: (text: string) => session.hide(text),
      };
      return runInWebShell(door, script, { ...ask, token: await session.token(now) });
    },
    close() {
      session.close();
      door.close();
      return Promise.resolve();
    },
  };
}
