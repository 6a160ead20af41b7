import { quoted } from '../model/shell-text.ts';
import type { LastingForm } from './lasting-pin.ts';
import { pinNames } from './pin-names.ts';

const BY = 'as an Init/Shutdown script';

/** What a TrueNAS keeps of it. */
function scriptOf(command: string) {
  const { comment } = pinNames(command);
  return {
    type: 'COMMAND',
    command: `${command} 2>/dev/null`,
    when: 'POSTINIT',
    comment,
  } as const;
}

export function byTruenasApi(pin: string): LastingForm {
  const { type, ...script } = scriptOf(pin);
  return {
    by: BY,
    costs: [],
    change: { kind: 'truenas-init-script', ...script },
    does: `initshutdownscript.create ${JSON.stringify({ type, ...script })}`,
    undoes: 'initshutdownscript.delete of that script',
  };
}

/**
 * Of the scripts with that comment (JSON on stdin): `absent` where there is none, `present` and its
 * id where it is one alone that does exactly that (argument 1) at every boot, else `different`.
 */
const JUDGE = `import json,sys
found=json.load(sys.stdin)
ours=[s["id"] for s in found if s["enabled"] and [s["type"],s["when"],s["command"]]==["COMMAND","POSTINIT",sys.argv[1]]]
print("absent" if not found else "present %d"%ours[0] if len(found)==len(ours)==1 else "different")`;

/**
 * On the NAS itself root needs no key. Python is there: its middleware is written in it.
 * Source: truenas middleware, UNIX socket authentication.
 */
export function byMidclt(pin: string): LastingForm {
  const script = scriptOf(pin);
  const filter = quoted(JSON.stringify([['comment', '=', script.comment]]));
  const query = `midclt call initshutdownscript.query ${filter}`;
  const create = `midclt call initshutdownscript.create ${quoted(JSON.stringify(script))}`;
  const judged = `v=$(${query} | python3 -c ${quoted(JUDGE)} ${quoted(script.command)}) || exit 1`;
  return {
    by: BY,
    costs: [],
    change: {
      kind: 'shell',
      reads: `${judged}\necho "\${v%% *}"`,
      does: `${create} >/dev/null`,
      undoes: `${judged}
case $v in "present "*) midclt call initshutdownscript.delete "\${v#* }" >/dev/null;; *) exit 1;; esac`,
      from: 'absent',
      to: 'present',
      serves: [],
    },
    does: create,
    undoes: `midclt call initshutdownscript.delete ID   with the id that this prints: ${query}`,
  };
}
