import type { ScriptPart } from '../section.ts';
import { MAX_OTHERS, SHELL_INSIDE, SHELL_ON_HOST } from './sockets.ts';

/**
 * Finds every process called tailscaled and tells which share our network namespace, with nothing
 * but builtins of the shell. `-ef` compares the namespaces behind the links; where we may not
 * look at a process, the link cannot even be followed.
 */
export const FIND: readonly ScriptPart[] = [
  {
    setUp: `own= other= hidden=
for d in /proc/[0-9]*; do
read -r x 2>/dev/null <$d/comm || continue
[ "$x" = tailscaled ] || continue
p=\${d#/proc/}
if [ $d/ns/net -ef /proc/self/ns/net ]; then own="$own $p"
elif [ -e $d/ns/net ]; then other="$other $p"
else hidden="$hidden $p"; fi
done 2>/dev/null`,
  },
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
  {
    setUp: `sock= by= box=
if [ -n "$own$hidden" ] || [ -z "$other" ]; then
for p in $own; do for f in ${SHELL_INSIDE}; do [ -z "$sock" ] && [ -S $f ] && sock=$f; done; done
for f in ${SHELL_ON_HOST}; do [ -z "$sock" ] && [ -S $f ] && sock=$f; done
if [ -n "$sock" ] && command -v curl; then by=curl
elif [ -n "$sock" ] && command -v tailscale; then by=cli
elif [ -n "$own$hidden" ] && command -v docker; then
for c in $($t docker ps --format '{{.Names}} {{.Image}}' | grep -i tailscale | cut -d' ' -f1); do
[ "$($t docker inspect -f '{{.HostConfig.NetworkMode}}' $c)" = host ] && by=docker box=$c && break
done
fi
fi >/dev/null 2>&1 </dev/null`,
  },
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
