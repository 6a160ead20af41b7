/** "Came in by the tunnel, may be forwarded": set and tested by tailscaled's own rules. */
const FORWARD_MARK = '0x00040000';
const MARK_MASK = '0x00ff0000';
const KEEP_OTHERS = '0xff00ffff';
const MASQUERADE = `meta mark & ${MARK_MASK} == ${FORWARD_MARK} masquerade`;
const TAILSCALE_RANGE = '100.64.0.0/10';

/**
 * tailscaled's netfilter rules as `nft -f -` takes them: what claims a Tailscale address without
 * coming by the tunnel is dropped, what comes by the tunnel may be forwarded, and leaves under the
 * host's address unless subnet routes are not to be masqueraded. Replies that the host itself sends
 * into the tunnel are left as they are.
 * Source: tailscale util/linuxfw, nftables runner
 */
export function tailscaleRuleset(family: 4 | 6, snat: boolean): string {
  const table = family === 6 ? 'ip6' : 'ip';
  const spoofed = family === 4 ? [`iifname != "tailscale0" ip saddr ${TAILSCALE_RANGE} drop`] : [];
  const leaking = family === 4 ? [`oifname "tailscale0" ip saddr ${TAILSCALE_RANGE} drop`] : [];
  return [
    `table ${table} filter {`,
    ...chain('ts-input', ['iifname "lo" accept', ...spoofed, 'iifname "tailscale0" accept']),
    ...chain('ts-forward', [
      `iifname "tailscale0" meta mark set meta mark & ${KEEP_OTHERS} | ${FORWARD_MARK}`,
      `meta mark & ${MARK_MASK} == ${FORWARD_MARK} accept`,
      ...leaking,
      'oifname "tailscale0" accept',
    ]),
    ...chain('INPUT', ['type filter hook input priority filter;', 'jump ts-input']),
    ...chain('FORWARD', ['type filter hook forward priority filter;', 'jump ts-forward']),
    '}',
    `table ${table} nat {`,
    ...chain('ts-postrouting', snat ? [MASQUERADE] : []),
    ...chain('POSTROUTING', ['type nat hook postrouting priority srcnat;', 'jump ts-postrouting']),
    '}',
    '',
  ].join('\n');
}

/** Takes tailscaled's tables away, if there are any, as `nft -f -` takes it. */
export function rulesetRemoval(family: 4 | 6): string {
  const tables = ['filter', 'nat'].map((name) => `table ${family === 6 ? 'ip6' : 'ip'} ${name}`);
  return tables.map((table) => `add ${table}\ndelete ${table}\n`).join('');
}

/** Turns the masquerading of subnet routes on or off, as `nft -f -` takes it. */
export function snatChange(family: 4 | 6, snat: boolean): string {
  const chain = `${family === 6 ? 'ip6' : 'ip'} nat ts-postrouting`;
  return `flush chain ${chain}\n${snat ? `add rule ${chain} ${MASQUERADE}\n` : ''}`;
}

function chain(name: string, lines: readonly string[]): readonly string[] {
  return [`  chain ${name} {`, ...lines.map((line) => `    ${line}`), '  }'];
}
