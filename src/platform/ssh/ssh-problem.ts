import { OutsideError } from '../../model/outside-error.ts';
import type { SshTarget } from './ssh-command.ts';

const SHOWN_CHARACTERS = 300;

/** Words of the ssh program, and what a person can do about them. Source: OpenSSH ssh(1). */
const KNOWN: readonly (readonly [RegExp, (login: string) => string])[] = [
  [
    /host key verification failed|remote host identification has changed/i,
    (login) => `check the host key by hand: ${login}`,
  ],
  [
    /permission denied|too many authentication failures/i,
    (login) => `make this work without a question: ${login} true`,
  ],
  [/could not resolve/i, () => 'check the name, or give the address'],
  [
    /connection refused/i,
    () => 'turn on its SSH service (TrueNAS: System > Services > SSH), or check the port',
  ],
  [/timed out|no route to host|unreachable/i, () => 'try another address of it, after a comma'],
];

/** Whether ssh would have got further had it been allowed to ask somebody. */
export function wantsAnswer(problem: OutsideError): boolean {
  return /permission denied|host key verification failed/i.test(problem.found);
}

/** What the ssh program said when it ended, as an error. */
export function sshProblem(target: SshTarget, words: string): OutsideError {
  const login = loginText(target);
  const lines = words.trim().split('\n').filter(Boolean);
  const found = lines.slice(-1)[0]?.trim().slice(0, SHOWN_CHARACTERS) ?? 'the connection ended';
  const next = KNOWN.find(([pattern]) => pattern.test(words))?.[1](login);
  return new OutsideError({
    doing: `log in to ${target.host}`,
    found,
    next: next ?? `try: ${login}`,
  });
}

/** The login as a person would type it. */
function loginText({ host, user, port }: SshTarget): string {
  return ['ssh', ...(port === undefined ? [] : ['-p', port]), user ? `${user}@${host}` : host].join(
    ' ',
  );
}
