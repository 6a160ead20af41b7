import { FIND_TAILSCALED, REACH_TAILSCALED } from '../../model/shell-text.ts';
import type { ScriptPart } from '../section.ts';
import { MAX_OTHERS, SHELL_INSIDE } from './sockets.ts';

/** Lists the processes called tailscaled, by what their network is. */
export const FIND: readonly ScriptPart[] = [
  { setUp: FIND_TAILSCALED },
  { id: 'tailscale-found', code: 'echo "own$own"; echo "other$other"; echo "hidden$hidden"' },
];

const API = 'http://local-tailscaled.sock/localapi/v0';
// tailscaled answers from memory, in milliseconds
const CURL = '$t curl -sSf -m 1.5 --unix-socket';

/**
 * Asks where only the shell can: through the socket by curl, else by the host's own tailscale
 * program, else by the one in the container. Only a container in the host's network is asked.
 */
export const ASK: readonly ScriptPart[] = [
  { setUp: REACH_TAILSCALED },
  { id: 'tailscale-reached', code: 'echo "$by $sock"; echo "$box"' },
  { id: 'tailscale-prefs', code: ask('prefs', 'debug prefs') },
  { id: 'tailscale-status', code: ask('status', 'status --json') },
  {
    setUp: `i=0
for p in $other; do for f in ${SHELL_INSIDE}; do
[ $i -lt ${MAX_OTHERS} ] && [ -S $f ] && i=$((i+1)) && s tailscale-other:$f "${CURL} $f ${API}/status" && break
done; done`,
  },
  { id: 'tailscale-end', code: ':' },
];

function ask(path: string, command: string): string {
  return `case $by in
curl) ${CURL} "$sock" ${API}/${path};;
cli) $t tailscale --socket="$sock" ${command};;
docker) $t docker exec "$box" tailscale ${command};;
esac`;
}
