import { OutsideError } from '../model/outside-error.ts';
import type { Change } from '../model/plan.ts';
import { atMost } from '../ports/at-most.ts';
import { JOB_MS, untilIdle } from './app-jobs.ts';
import { untilStarted } from './app-start.ts';
import type { Hand, HandContext, Written } from './hand.ts';
import { apiOf, isRecord } from './truenas-api.ts';

type AppChange = Extract<Change, { kind: 'truenas-app' }>;
type ScriptChange = Extract<Change, { kind: 'truenas-init-script' }>;

/**
 * One switch of an app. The API merges only the top level of what it is sent, so the whole group
 * goes back with one key changed; it is read for that at the last moment and kept nowhere, because
 * an auth key is in it. Source: truenas middleware, plugins/apps/crud.py.
 */
export const truenasAppHand: Hand<AppChange> = {
  reversible: true,

  async read(change, context) {
    await untilIdle(change.app, context);
    return String((await groupOf(change, context))[change.key]);
  },

  judge({ from, to }, value) {
    if (value === String(to)) return 'to';
    return value === String(from) ? 'from' : 'other';
  },

  async write(change, direction, context): Promise<Written> {
    const { app, group, key } = change;
    const [start, end] = direction === 'do' ? [change.from, change.to] : [change.to, change.from];
    const values = await groupOf(change, context);
    const found = String(values[key]);
    if (found !== String(start)) return { found, now: found };
    const truenas = await apiOf(context);
    truenas.keepSecret(...secretsIn(values));
    try {
      await truenas.job('app.update', [app, { values: { [group]: { ...values, [key]: end } } }], {
        signal: atMost(JOB_MS, context.signal),
        onProgress: ({ percent, description }) =>
          context.tell(`app.update ${app}: ${Math.round(percent)} % ${description}`),
      });
    } catch (error) {
      context.signal.throwIfAborted();
      // whether the job got anywhere is told by reading, not by how waiting for it ended
      const failure = error instanceof Error ? error.message : String(error);
      return { found, now: await this.read(change, context), failure };
    }
    return { found, now: await this.read(change, context) };
  },

  settle: untilStarted,
};

/** What an API says of a request may quote it, and an auth key is in this one. */
function secretsIn(values: unknown, name = ''): string[] {
  if (typeof values === 'string') return SECRET.test(name) ? [values] : [];
  if (typeof values !== 'object' || values === null) return [];
  return Object.entries(values).flatMap(([key, value]) =>
    secretsIn(value, Array.isArray(values) ? name : key),
  );
}

/** Of the settings of the Tailscale app: `auth_key`, the value of a variable, arguments. */
const SECRET = /key|secret|token|value|args/;

async function groupOf(
  { app, group, key }: AppChange,
  context: HandContext,
): Promise<Record<string, unknown>> {
  const config = await (await apiOf(context)).call('app.config', [app], context.signal);
  const values = isRecord(config) ? config[group] : undefined;
  if (isRecord(values) && typeof values[key] === 'boolean') return values;
  throw new OutsideError({
    doing: `read the configuration of the app "${app}"`,
    found: `it has no ${group}.${key}`,
    next: 'look at it in Apps > Installed > Edit',
  });
}

/** An Init/Shutdown script, told from others by its comment. */
export const truenasInitScriptHand: Hand<ScriptChange> = {
  reversible: true,

  async read(change, context) {
    return (await scriptOf(change, context)).value;
  },

  judge: (_, value) => (value === 'present' ? 'to' : value === 'absent' ? 'from' : 'other'),

  async write(change, direction, context): Promise<Written> {
    const { value: found, id } = await scriptOf(change, context);
    const start = direction === 'do' ? 'absent' : 'present';
    if (found !== start) return { found, now: found };
    const truenas = await apiOf(context);
    const { command, when, comment } = change;
    if (direction === 'do') {
      const script = { type: 'COMMAND', command, when, comment };
      await truenas.call('initshutdownscript.create', [script], context.signal);
    } else {
      await truenas.call('initshutdownscript.delete', [id], context.signal);
    }
    return { found, now: await this.read(change, context) };
  },
};

/**
 * `present` is one alone that is exactly as we make it. Two of that comment, or one that somebody
 * has edited or switched off, is `different`, and theirs.
 */
async function scriptOf(
  { comment, command, when }: ScriptChange,
  context: HandContext,
): Promise<{ readonly value: 'absent' | 'present' | 'different'; readonly id?: unknown }> {
  const truenas = await apiOf(context);
  const filter = [['comment', '=', comment]];
  const list = await truenas.call('initshutdownscript.query', [filter], context.signal);
  if (!Array.isArray(list)) {
    throw new OutsideError({ doing: 'read the Init/Shutdown scripts', found: 'no list' });
  }
  const [script, ...more] = list as readonly unknown[];
  if (script === undefined) return { value: 'absent' };
  const ours = { type: 'COMMAND', command, when, enabled: true };
  const isOurs =
    isRecord(script) && Object.entries(ours).every(([key, value]) => script[key] === value);
  return isOurs && more.length === 0
    ? { value: 'present', id: script['id'] }
    : { value: 'different' };
}
