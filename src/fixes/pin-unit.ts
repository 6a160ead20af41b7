import { quoted } from '../model/shell-text.ts';
import type { LastingForm } from './lasting-pin.ts';
import { pinNames } from './pin-names.ts';

const UNITS = '/etc/systemd/system';
/** What `systemctl enable` fills. Source: systemctl(1). */
const WANTS = `${UNITS}/multi-user.target.wants`;
const NETWORKD = '/etc/systemd/networkd.conf.d';

/**
 * Whenever networkd configures a device (its start, a new one, `networkctl reconfigure`) it deletes
 * every rule that it has not made, of which a unit hears nothing. It reads this at its start; where
 * networkd is not used, nobody does.
 * Source: networkd.conf(5), ManageForeignRoutingPolicyRules=; tried in docs/lab/fixes.md.
 */
const KEEP_RULES = '[Network]\nManageForeignRoutingPolicyRules=no\n';

/**
 * A oneshot unit. It is enabled before it is there, so that a unit that is there is one that starts
 * at boot, wherever it was cut off.
 */
export function byUnit(pin: string): LastingForm {
  const { stem } = pinNames(pin);
  const [unit, link] = [`${UNITS}/${stem}.service`, `${WANTS}/${stem}.service`];
  const conf = `${NETWORKD}/${stem}.conf`;
  const text = unitText(pin);
  return {
    by: 'by a oneshot unit of systemd',
    costs: [
      'systemd-networkd, from its next start on, leaves alone every rule that it has not made',
    ],
    change: {
      kind: 'shell',
      reads: `[ -d /run/systemd/system ] || { echo no-systemd; exit 0; }
[ -e ${unit} ] || { echo absent; exit 0; }
[ -L ${link} ] || { echo disabled; exit 0; }
[ "$(cat ${unit})" = ${quoted(text.trimEnd())} ] && [ "$(cat ${conf} 2>/dev/null)" = ${quoted(KEEP_RULES.trimEnd())} ] && echo present || echo different`,
      does: `umask 022 # networkd is not root
mkdir -p ${WANTS} ${NETWORKD} && printf '%s' ${quoted(text)} >${unit}.new && printf '%s' ${quoted(KEEP_RULES)} >${conf} && ln -sf ${unit} ${link} && mv ${unit}.new ${unit} || { rm -f ${unit}.new ${conf} ${link}; exit 1; }
systemctl daemon-reload`,
      undoes: `rm ${unit} && rm -f ${link} ${conf} && systemctl daemon-reload`,
      from: 'absent',
      to: 'present',
      serves: ['no-systemd'],
    },
    does: `umask 022; mkdir -p ${NETWORKD} && cat >${conf} <<'END' && cat >${unit} <<'END2' && systemctl enable ${stem}.service\n${KEEP_RULES}END\n${text}END2`,
    undoes: `systemctl disable ${stem}.service; rm ${unit} ${conf}`,
  };
}

function unitText(pin: string): string {
  return `[Unit]
Description=${pinNames(pin).comment}
After=network-online.target systemd-networkd.service
Wants=network-online.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=-/bin/sh -c '${pin}'

[Install]
WantedBy=multi-user.target
`;
}
