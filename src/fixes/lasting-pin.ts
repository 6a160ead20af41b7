import type { Change, Step } from '../model/plan.ts';
import { quoted } from '../model/shell-text.ts';
import { type FixCase, stepOn } from './fix.ts';

type ShellChange = Extract<Change, { kind: 'shell' }>;

/** By this a pin's boot script is found again, and nobody else's is touched. */
export const PIN_COMMENT = 'returnpath: pin the LAN before the VPN';

const UNIT = '/etc/systemd/system/returnpath-pin-lan.service';
/** What `systemctl enable` makes. Source: systemctl(1). */
const WANTS = '/etc/systemd/system/multi-user.target.wants';
const LINK = `${WANTS}/returnpath-pin-lan.service`;

/**
 * What sets the pins again after a reboot, by what the host has: TrueNAS starts its own scripts
 * and forgets /etc with every update, systemd starts units, Talos takes a document.
 *
 * @param commands The `ip rule add` lines.
 */
export function lastingPin(c: FixCase, commands: readonly string[]): readonly Step[] {
  const base = { fix: 'pin-lan', when: 'later' } as const;
  const { host } = c;
  const script = bootScript(commands);
  if (c.api !== undefined) return [byTruenasApi({ ...c, vantage: c.api }, script)];
  const tools = host.tools.seen ? host.tools.value : {};
  if ('midclt' in tools) return [byMidclt(c, script)];
  if ('systemctl' in tools) return [byUnit(c, commands)];
  return [
    {
      ...stepOn(c, {
        ...base,
        id: 'pin-lan-lasts',
        what: `the pin is gone after a reboot of ${host.name}`,
        change: { kind: 'person', text: lastingWords(commands) },
        does: lastingWords(commands),
        undoes: 'take the same out again',
      }),
      vantage: '',
    },
  ];
}

function byTruenasApi(c: FixCase, command: string): Step {
  const create = { type: 'COMMAND', command, when: 'POSTINIT', comment: PIN_COMMENT };
  return stepOn(c, {
    id: 'pin-lan-lasts',
    fix: 'pin-lan',
    when: 'later',
    what: `set the pin at every boot of ${c.host.name}, as an Init/Shutdown script`,
    change: { kind: 'truenas-init-script', comment: PIN_COMMENT, command, when: 'POSTINIT' },
    does: `initshutdownscript.create ${JSON.stringify(create)}`,
    undoes: 'initshutdownscript.delete of that script',
  });
}

function bootScript(commands: readonly string[]): string {
  return commands.map((command) => `${command} 2>/dev/null`).join('; ');
}

/** The changes by shell that make those commands last. */
export function lastingChanges(commands: readonly string[]): readonly ShellChange[] {
  return [midcltChange(bootScript(commands)), unitChange(commands)];
}

function byMidclt(c: FixCase, script: string): Step {
  return stepOn(c, {
    id: 'pin-lan-lasts',
    fix: 'pin-lan',
    when: 'later',
    what: `set the pin at every boot of ${c.host.name}, as an Init/Shutdown script`,
    change: midcltChange(script),
    does: midcltCreate(script),
    undoes: `midclt call initshutdownscript.delete $(${MIDCLT_IDS})`,
  });
}

const FILTER = quoted(JSON.stringify([['comment', '=', PIN_COMMENT]]));
const MIDCLT_IDS = `midclt call initshutdownscript.query ${FILTER} | grep -o '"id": *[0-9]*' | grep -o '[0-9]*'`;

function midcltCreate(command: string): string {
  const script = { type: 'COMMAND', command, when: 'POSTINIT', comment: PIN_COMMENT };
  return `midclt call initshutdownscript.create ${quoted(JSON.stringify(script))}`;
}

/** On the NAS itself root needs no key. Source: truenas middleware, UNIX socket authentication. */
function midcltChange(script: string): ShellChange {
  return {
    kind: 'shell',
    reads: `q=$(midclt call initshutdownscript.query ${FILTER}) || exit 1
case $q in *'"id"'*) echo present;; *) echo absent;; esac`,
    does: `${midcltCreate(script)} >/dev/null`,
    undoes: `for i in $(${MIDCLT_IDS}); do midclt call initshutdownscript.delete $i >/dev/null || exit 1; done`,
    from: 'absent',
    to: 'present',
    serves: [],
  };
}

function byUnit(c: FixCase, commands: readonly string[]): Step {
  return stepOn(c, {
    id: 'pin-lan-lasts',
    fix: 'pin-lan',
    when: 'later',
    what: `set the pin at every boot of ${c.host.name}, by a oneshot unit of systemd`,
    change: unitChange(commands),
    does: `cat >${UNIT} <<'END' && systemctl enable returnpath-pin-lan.service\n${unitText(commands)}END`,
    undoes: `systemctl disable returnpath-pin-lan.service; rm ${UNIT}`,
  });
}

/**
 * Enabled before it is there, so that a unit that is there is one that starts at boot, wherever it
 * was cut off.
 */
function unitChange(commands: readonly string[]): ShellChange {
  const unit = unitText(commands);
  return {
    kind: 'shell',
    reads: `[ -d /run/systemd/system ] || { echo no-systemd; exit 0; }
[ -e ${UNIT} ] || { echo absent; exit 0; }
[ -L ${LINK} ] || { echo disabled; exit 0; }
[ "$(cat ${UNIT})" = ${quoted(unit.trimEnd())} ] && echo present || echo foreign`,
    does: `mkdir -p ${WANTS} && printf '%s' ${quoted(unit)} >${UNIT}.new && ln -sf ${UNIT} ${LINK} && mv ${UNIT}.new ${UNIT} || { rm -f ${UNIT}.new ${LINK}; exit 1; }
systemctl daemon-reload`,
    undoes: `rm ${UNIT} && rm -f ${LINK} && systemctl daemon-reload`,
    from: 'absent',
    to: 'present',
    serves: ['no-systemd'],
  };
}

/**
 * After networkd, which deletes rules that are not its own when it starts.
 * Source: systemd.network(5), ManageForeignRoutingPolicyRules=.
 */
function unitText(commands: readonly string[]): string {
  return `[Unit]
Description=${PIN_COMMENT}
After=network-online.target systemd-networkd.service
Wants=network-online.target

[Service]
Type=oneshot
RemainAfterExit=yes
${commands.map((command) => `ExecStart=-/bin/sh -c '${command}'`).join('\n')}

[Install]
WantedBy=multi-user.target
`;
}

/** For hosts that take neither: Talos 1.13 and later has a document for rules, others a file. */
function lastingWords(commands: readonly string[]): string {
  // its name is its priority, so no two may have the same
  const documents = commands.map((command, at) => {
    const [, prefix = '', priority = ''] =
      /to (\S+) lookup main priority (\d+)/.exec(command) ?? [];
    return `apiVersion: v1alpha1\nkind: RoutingRuleConfig\nname: "${Number(priority) - at}"\ndst: ${prefix}\ntable: main`;
  });
  return `where the host starts its network, run: ${commands.join('; ')}\non Talos 1.13 or later: talosctl patch mc with\n${documents.join('\n---\n')}`;
}
