import { preferenceScripts } from '../fixes/preference-script.ts';
import { OutsideError } from '../model/outside-error.ts';
import type { Change, Step } from '../model/plan.ts';
import { writingScript } from './guarded-script.ts';
import type { HandContext } from './hand.ts';
import { runOn, SCRIPT_MS } from './shell-hand.ts';

/**
 * A timer on the far host that takes a step back by itself unless it is told in time not to. It is
 * a file with the undo and somebody who waits: systemd where it runs the host, else a process of
 * its own session, which outlives the connection it was started by. Whoever of the two, timer or
 * we, renames the file first has it. A change that was on its way when the time was over may arrive
 * after it: so the timer looks again for a while.
 */
export interface FarTimer {
  readonly id: string;
  readonly afterSeconds: number;
}

const NAME = /^[\w-]{1,80}$/;

/** @throws {OutsideError} If it could not be armed; then nothing has been changed. */
export async function armGuard(
  step: Step,
  timer: FarTimer,
  context: HandContext,
): Promise<'systemd' | 'process'> {
  const shell = shellChangeOf(step.change);
  if (!shell || !NAME.test(timer.id)) {
    throw new TypeError(`Cannot guard the step "${step.id}" by a timer on the far host`);
  }
  const { stdout, stderr } = await runOn(
    context,
    armingScript(timer, writingScript(shell, 'undo')),
  );
  const [, by] = /(?:^|\n)rp-armed:(systemd|process)/.exec(stdout) ?? [];
  if (by === 'systemd' || by === 'process') return by;
  throw new OutsideError({
    doing: `arm a timer on ${context.vantage} that takes "${step.id}" back`,
    found: (stderr.trim() || 'no answer').slice(0, 300),
  });
}

/**
 * Tells the far host that the step stays.
 *
 * @returns False when the timer was not there any more: it has fired. One that was about to take the
 *   step back has been waited for, and looks no more.
 */
export async function disarmGuard(timer: FarTimer, context: HandContext): Promise<boolean> {
  if (!NAME.test(timer.id)) throw new TypeError(`Cannot disarm the timer "${timer.id}"`);
  const { stdout, stderr } = await runOn(context, disarmingScript(timer));
  if (stdout.includes('rp-disarmed')) return true;
  if (stdout.includes('rp-gone')) return false;
  throw new OutsideError({
    doing: `disarm the timer on ${context.vantage}`,
    found: (stderr.trim() || 'no answer').slice(0, 300),
  });
}

/** Shell that is true only while that timer waits: what it guards is not done without it. */
export function timerWaits({ id }: FarTimer): string {
  return `[ -e /run/returnpath-guard-${id}.undo ] || [ -e /tmp/returnpath-guard-${id}.undo ]`;
}

/** Only what a shell of that host can take back can be guarded there. */
function shellChangeOf(change: Change): Extract<Change, { kind: 'shell' }> | undefined {
  if (change.kind === 'shell') return change;
  return change.kind === 'tailscale-preference' ? preferenceScripts(change) : undefined;
}

/** As long as a script of ours may be on its way. */
const LOOKS = SCRIPT_MS / 1000;

// systemd may be a minute late unless told not to: systemd.timer(5), AccuracySec=
function armingScript({ id, afterSeconds }: FarTimer, undo: string): string {
  const word = `rp_end_${id.replaceAll('-', '_')}`;
  return `{
PATH=$PATH:/usr/sbin:/sbin
d=/run; [ -w $d ] || d=/tmp
f=$d/returnpath-guard-${id}
umask 077; set -C
cat >$f.undo <<'${word}' || exit 1
${undo}
${word}
cat >$f.sh <<${word} || exit 1
mv $f.undo $f.now 2>/dev/null || exit 0
i=0
while [ -e $f.sh ] && [ \\$i -lt ${LOOKS} ]; do
case \\$(sh $f.now 2>/dev/null) in *rp-failed:*) ;; *rp-now:*) break ;; esac
i=\\$((i+1)); sleep 1
done
rm -f $f.sh $f.pid $f.now
${word}
if [ -d /run/systemd/system ] && [ "$(id -u)" = 0 ] && systemd-run --quiet --on-active=${afterSeconds} --timer-property=AccuracySec=1s --unit=returnpath-guard-${id} /bin/sh $f.sh; then
echo rp-armed:systemd
elif ! command -v setsid >/dev/null; then
rm -f $f.undo $f.sh; echo 'neither systemd nor setsid is there to wait for it' >&2
else
(setsid sh -c "trap '' HUP; echo \\$\\$ >$f.pid; sleep ${afterSeconds}; exec sh $f.sh" >/dev/null 2>&1 </dev/null &)
i=0; while [ ! -s $f.pid ] && [ $i -lt 50 ]; do i=$((i+1)); sleep 0.1 2>/dev/null || sleep 1; done
[ -s $f.pid ] && echo rp-armed:process
fi
}
`;
}

/** Longer than the undo may take: curl gives up after 10 s. */
const FIRING_S = 20;

/**
 * After a reboot the number of the waiting process may be somebody else's: it is asked for its name.
 * A timer that has just begun to take the step back is waited for, so that what is read next holds;
 * without its script it does not begin once more.
 */
function disarmingScript({ id }: FarTimer): string {
  return `{
PATH=$PATH:/usr/sbin:/sbin
r=rp-gone
for d in /run /tmp; do
f=$d/returnpath-guard-${id}
if mv $f.undo $f.off 2>/dev/null; then
r=rp-disarmed
p=$(cat $f.pid 2>/dev/null)
[ -n "$p" ] && grep -q returnpath-guard-${id} /proc/$p/cmdline 2>/dev/null && kill -- -"$p" 2>/dev/null
[ -d /run/systemd/system ] && systemctl stop --quiet returnpath-guard-${id}.timer 2>/dev/null
rm -f $f.off $f.sh $f.pid
else
rm -f $f.sh
fi
i=0; while [ -e $f.now ] && [ $i -lt ${FIRING_S * 10} ]; do i=$((i+1)); sleep 0.1 2>/dev/null || { sleep 1; i=$((i+9)); }; done
done
echo $r
}
`;
}
