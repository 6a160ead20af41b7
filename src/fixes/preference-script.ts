import type { Change } from '../model/plan.ts';
import { FIND_TAILSCALED, REACH_TAILSCALED } from '../model/shell-text.ts';

type PreferenceChange = Extract<Change, { kind: 'tailscale-preference' }>;

/** The same preference in the words of `tailscale set`. */
const OPTION: Readonly<Record<PreferenceChange['preference'], string>> = {
  RouteAll: 'accept-routes',
  ExitNodeAllowLANAccess: 'exit-node-allow-lan-access',
};

/** The LocalAPI path of the preferences, and the only Host header tailscaled takes. */
export const PREFS_PATH = '/localapi/v0/prefs';
export const LOCAL_API_HOST = 'local-tailscaled.sock';

/**
 * A masked edit: it sets this field and leaves the rest. Source: tailscale ipn/prefs.go,
 * MaskedPrefs.
 */
export function maskedEdit(
  { preference }: Pick<PreferenceChange, 'preference'>,
  value: boolean,
): string {
  return JSON.stringify({ [preference]: value, [`${preference}Set`]: true });
}

/** What is printed instead of a value where no program there can ask tailscaled: the socket follows. */
export const NO_PROGRAM = 'no program to ask with:';

// tailscaled answers when the kernel obeys; a full table takes it seconds
const CURL = 'curl -sS -m 10 --unix-socket "$sock"';
const URL = `http://${LOCAL_API_HOST}${PREFS_PATH}`;

/** A preference as shell that reads it and sets it, whichever way that host lets us. */
export function preferenceScripts(change: PreferenceChange): Extract<Change, { kind: 'shell' }> {
  return {
    kind: 'shell',
    reads: readScript(change.preference),
    does: setScript(change, change.to),
    undoes: setScript(change, change.from),
    from: String(change.from),
    to: String(change.to),
    serves: [],
  };
}

function readScript(preference: string): string {
  return `${FIND_TAILSCALED}
${REACH_TAILSCALED}
case $by in
curl) o=$(${CURL} ${URL});;
cli) o=$(tailscale --socket="$sock" debug prefs);;
docker) o=$(docker exec "$box" tailscale debug prefs);;
*) echo "${NO_PROGRAM} $sock"; exit 0;;
esac
printf '%s\\n' "$o" | grep -o '"${preference}": *[a-z]*' | grep -o '[a-z]*$'`;
}

function setScript({ preference }: PreferenceChange, value: boolean): string {
  const set = `set --${OPTION[preference]}=${value}`;
  return `${FIND_TAILSCALED}
${REACH_TAILSCALED}
case $by in
curl) o=$(${CURL} -X PATCH -H 'Content-Type: application/json' -d '${maskedEdit({ preference }, value)}' -w '\\nhttp %{http_code}' ${URL}) || exit 1
case $o in *"http 2"??) ;; *) printf '%s\\n' "$o" | head -c 400 >&2; exit 1;; esac;;
cli) tailscale --socket="$sock" ${set};;
docker) docker exec "$box" tailscale ${set};;
*) echo 'neither curl nor tailscale is there' >&2; exit 1;;
esac`;
}

/**
 * The request as a person would type it, in the way in which the preferences were read.
 *
 * @param read How they were read: `curl … SOCKET …`, `tailscale --socket=… debug prefs`,
 *   `docker exec … tailscale debug prefs`.
 */
export function typedPreference(
  { preference }: Pick<PreferenceChange, 'preference'>,
  { value, read, reachedBy }: { value: boolean; read: string; reachedBy: string | undefined },
): string {
  const set = `set --${OPTION[preference]}=${value}`;
  const [, before] = /^(.*\btailscale\b.*?) debug prefs$/.exec(read) ?? [];
  if (before !== undefined) return `${before} ${set}`;
  if (reachedBy === undefined || !reachedBy.startsWith('/')) return `tailscale ${set}`;
  return `curl -sS -X PATCH --unix-socket ${reachedBy} -H 'Content-Type: application/json' -d '${maskedEdit({ preference }, value)}' ${URL}`;
}
