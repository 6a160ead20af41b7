import {
  LOCAL_API_HOST,
  maskedEdit,
  NO_PROGRAM,
  PREFS_PATH,
  preferenceScripts,
} from '../fixes/preference-script.ts';
import { OutsideError } from '../model/outside-error.ts';
import type { Change } from '../model/plan.ts';
import { atMost } from '../ports/at-most.ts';
import type { UnixHttpAnswer } from '../ports/vantage.ts';
import type { Hand, HandContext, Written } from './hand.ts';
import { judgeText, shellHand } from './shell-hand.ts';

type PreferenceChange = Extract<Change, { kind: 'tailscale-preference' }>;

// tailscaled answers when the kernel obeys; a full table takes it seconds
const ANSWER_MS = 10_000;

/**
 * A preference of tailscaled: by whatever program that host has for it, and where it has none, by
 * a program of ours through the socket that the script found.
 */
export const preferenceHand: Hand<PreferenceChange> = {
  reversible: true,

  async read(change, context) {
    const value = await shellHand.read(preferenceScripts(change), context);
    const socket = socketIn(value);
    return socket === undefined ? value : readBySocket(change, { ...context, socket });
  },

  judge: (change, value) => judgeText(preferenceScripts(change), value),

  async write(change, direction, context): Promise<Written> {
    const written = await shellHand.write(preferenceScripts(change), direction, context);
    const socket = socketIn(written.found);
    if (socket === undefined) return written;
    const asking = { ...context, socket };
    const [start, end] = direction === 'do' ? [change.from, change.to] : [change.to, change.from];
    const found = await readBySocket(change, asking);
    if (found !== String(start)) return { found, now: found };
    const { status, body } = await ask(asking, 'PATCH', maskedEdit(change, end));
    const failure = status === 200 ? undefined : `HTTP ${status}: ${body.trim().slice(0, 300)}`;
    const now = await readBySocket(change, asking);
    return { found, now, ...(failure === undefined ? {} : { failure }) };
  },
};

/** The socket, where the script found that nothing there can ask it. */
function socketIn(value: string): string | undefined {
  return value.startsWith(NO_PROGRAM) ? value.slice(NO_PROGRAM.length).trim() : undefined;
}

interface Asking extends HandContext {
  readonly socket: string;
}

async function readBySocket({ preference }: PreferenceChange, asking: Asking): Promise<string> {
  const { status, body } = await ask(asking, 'GET');
  const value = new RegExp(`"${preference}": *(true|false)`).exec(body)?.[1];
  if (status === 200 && value !== undefined) return value;
  throw new OutsideError({
    doing: `read ${preference} of tailscaled on ${asking.vantage}`,
    found: status === 200 ? 'the answer does not name it' : `HTTP ${status}`,
  });
}

async function ask(
  { reach, vantage: url, signal, socket }: Asking,
  method: 'GET' | 'PATCH',
  body?: string,
): Promise<UnixHttpAnswer> {
  const doing = `ask tailscaled on ${url}`;
  const { unixHttp } = await reach.vantage(url, signal);
  if (!unixHttp || socket === '') {
    const found =
      socket === '' ? 'its socket was not found' : 'neither curl nor tailscale is there';
    throw new OutsideError({ doing, found, next: 'look as root, or with --sudo' });
  }
  const bounded = atMost(ANSWER_MS, signal);
  const request = { socketPaths: [socket], method, path: PREFS_PATH, host: LOCAL_API_HOST };
  try {
    return await unixHttp({ ...request, ...(body === undefined ? {} : { body }) }, bounded);
  } catch (error) {
    signal.throwIfAborted();
    if (!bounded.aborted) throw error;
    const found = `no answer in ${ANSWER_MS / 1000} s`;
    throw new OutsideError({ doing, found, cause: error });
  }
}
