import type { TLSSocket } from 'node:tls';
import { OutsideError } from '../../model/outside-error.ts';
import type { TruenasLogin } from '../../ports/truenas.ts';
import { fingerprint } from './fingerprint.ts';
import { readPins, rememberPin } from './pins.ts';

/** The fingerprint of the certificate that the other end showed. */
export function shownBy(socket: TLSSocket): string {
  const { fingerprint256 } = socket.getPeerCertificate();
  return fingerprint(fingerprint256 ?? '');
}

/**
 * Decides whether the certificate at the other end is the NAS's: because the user named it, because
 * it is the one that was trusted before, because an authority vouches for it, or because the user
 * says so now. What was decided by the user is remembered. Nothing was sent so far but the
 * handshake.
 *
 * @param places All places of this NAS, `HOST:PORT`; `place` is the one that answered.
 * @throws {OutsideError} If it is not to be trusted.
 */
export async function trusted(
  socket: TLSSocket,
  { place, places }: { readonly place: string; readonly places: readonly string[] },
  login: Pick<TruenasLogin, 'fingerprint' | 'trust' | 'pinFile'>,
): Promise<void> {
  const shown = shownBy(socket);
  if (login.fingerprint !== undefined) {
    const wanted = fingerprint(login.fingerprint);
    if (shown !== wanted) throw notTheOne(place, shown, `${wanted}, which --fingerprint names`);
    return rememberPin(login.pinFile, places, shown);
  }
  const pins = await readPins(login.pinFile);
  const known = places.flatMap((one) => pins[one] ?? []);
  if (known.includes(shown) || socket.authorized) return;
  if (known[0] !== undefined) throw notTheOne(place, shown, `${known[0]}, as it was before`);
  if (!login.trust) throw unknown(place, shown);
  if (!(await login.trust({ place, fingerprint: shown }))) throw declined(place);
  await rememberPin(login.pinFile, places, shown);
}

function notTheOne(place: string, shown: string, instead: string): OutsideError {
  return new OutsideError({
    doing: `trust ${place}`,
    found: `its certificate is ${shown}, not ${instead}`,
    next: 'if it was renewed, compare it in the NAS (System > General Settings > GUI SSL Certificate) and pass the new one with --fingerprint; if not, somebody may stand between: do not go on',
  });
}

function unknown(place: string, shown: string): OutsideError {
  return new OutsideError({
    doing: `trust ${place}`,
    found: `nobody vouches for its certificate ${shown}, and it was not seen before`,
    next: `compare it in the NAS, then pass --fingerprint ${shown}; it is remembered`,
  });
}

function declined(place: string): OutsideError {
  return new OutsideError({
    doing: `trust ${place}`,
    found: 'its certificate was not accepted',
    next: 'compare it in the NAS (System > General Settings > GUI SSL Certificate)',
  });
}
