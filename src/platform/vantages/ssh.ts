import { OutsideError } from '../../model/outside-error.ts';
import type { ShellAnswer, Vantage, VantageOptions } from '../../ports/vantage.ts';
import { shellOf } from '../process/shell.ts';
import { type FirstLogin, firstLogin } from '../ssh/first-login.ts';
import { sharedCommand } from '../ssh/ssh-command.ts';
import type { VantageUrl } from './vantage-url.ts';

/** The code of ssh's own failures; a script of ours never ends with it. */
const SSH_FAILED = 255;

/**
 * A host reached by the user's own `ssh` program, over one connection.
 *
 * @throws {OutsideError} If none of its addresses lets us in.
 */
export async function openSsh(
  url: string,
  { user, hosts, port }: Extract<VantageUrl, { scheme: 'ssh' }>,
  {
    options,
    interactive,
    signal,
  }: { options: VantageOptions; interactive: boolean; signal: AbortSignal },
): Promise<Vantage> {
  const targets = hosts.map((host) => ({ host, user, port }));
  const login = await firstLogin(targets, { interactive, signal });
  const { master } = login;
  const shell = shellOf((line) => sharedCommand(master.target, master.socket, line), {
    where: url,
    options,
  });
  return {
    url,
    hostId: hosts[0],
    addresses: hosts,
    reachedAt: master.target.host,
    ...(hosts.length > 1 ? { attempts: login.attempts } : {}),
    get rootProblem() {
      return shell.rootProblem();
    },
    async sh(script, shellOptions) {
      return checked(await shell.sh(script, shellOptions), login);
    },
    async close() {
      await login.close();
      await master.close();
    },
  };
}

function checked(answer: ShellAnswer, { master }: FirstLogin): ShellAnswer {
  const ended = master.ended();
  if (ended) throw ended;
  if (answer.exitCode !== SSH_FAILED) return answer;
  const [last = 'ssh said nothing'] = answer.stderr.trim().split('\n').slice(-1);
  throw new OutsideError({
    doing: `run a script on ${master.target.host}`,
    found: last.slice(0, 300),
    next: 'look at the sshd log there',
  });
}
