/**
 * Pieces of shell that both looking at a host and changing it are made of.
 */

/** Non-interactive logins often lack the directories that `ip` and its like are in. */
export const MORE_PATH = '/usr/sbin:/sbin:/usr/local/sbin:/usr/local/bin:/usr/bin:/bin';

/** A text as one word of a shell command. */
export function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/**
 * Where tailscaled listens, as seen from inside its own root: the default (also under its other
 * name, because one of the two may be a link that leads out of a container), and containerboot's.
 * Source: tailscale paths/paths.go; cmd/containerboot.
 */
export const SOCKETS_INSIDE = [
  '/run/tailscale/tailscaled.sock',
  '/var/run/tailscale/tailscaled.sock',
  '/tmp/tailscaled.sock',
];

/** On the host itself also Synology DSM 7, QNAP and the BSDs. Source: tailscale paths/paths.go. */
export const SOCKETS_ON_HOST: readonly string[] = [
  '/run/tailscale/tailscaled.sock',
  '/var/run/tailscale/tailscaled.sock',
  '/var/packages/Tailscale/var/tailscaled.sock',
  '/tmp/tailscale/tailscaled.sock',
  '/var/run/tailscaled.socket',
];

const INSIDE = SOCKETS_INSIDE.map((path) => `$r${path}`).join(' ');

/**
 * Finds every process called tailscaled and tells which share our network namespace, with nothing
 * but builtins of the shell: `$own`, `$other` and, where we may not look, `$hidden`. `-ef` compares
 * the namespaces behind the links; of a process that is not ours the link cannot even be followed.
 */
export const FIND_TAILSCALED = `own= other= hidden=
for d in /proc/[0-9]*; do
read -r x 2>/dev/null <$d/comm || continue
[ "$x" = tailscaled ] || continue
p=\${d#/proc/}
if [ $d/ns/net -ef /proc/self/ns/net ]; then own="$own $p"
elif [ -e $d/ns/net ]; then other="$other $p"
else hidden="$hidden $p"; fi
done 2>/dev/null`;

/**
 * How the host's own tailscaled can be asked, after {@link FIND_TAILSCALED}: `$by` is `curl` or
 * `cli` with its socket in `$sock`, `docker` with its container in `$box`, or empty. Only a
 * container in the host's network is taken, and where we share its files its socket has the path that
 * a person would type there. `$t` may hold a command that bounds the next one.
 */
export const REACH_TAILSCALED = `sock= by= box=
if [ -n "$own$hidden" ] || [ -z "$other" ]; then
for p in $own; do
r=/proc/$p/root
[ /proc/$p/ns/mnt -ef /proc/self/ns/mnt ] && [ $r/ -ef / ] && r=
for f in ${INSIDE}; do [ -z "$sock" ] && [ -S $f ] && sock=$f; done; done
for f in ${SOCKETS_ON_HOST.join(' ')}; do [ -z "$sock" ] && [ -S $f ] && sock=$f; done
if [ -n "$sock" ] && command -v curl; then by=curl
elif [ -n "$sock" ] && command -v tailscale; then by=cli
elif [ -n "$own$hidden" ] && command -v docker; then
for c in $($t docker ps --format '{{.Names}} {{.Image}}' | grep -i tailscale | cut -d' ' -f1); do
[ "$($t docker inspect -f '{{.HostConfig.NetworkMode}}' $c)" = host ] && by=docker box=$c && break
done
fi
fi >/dev/null 2>&1 </dev/null`;
