import type { Command } from 'commander';
import { OutsideError } from '../model/outside-error.ts';
import { type World, worldOf } from '../routing/world.ts';
import { lookAt } from '../session/look.ts';
import { DEFAULT_DEADLINE_MS } from '../session/request.ts';
import { checkVantages } from './check-vantages.ts';
import { openedBeforehand } from './open-beforehand.ts';
import { askPassword } from './password.ts';
import { readSnapshot } from './snapshot-file.ts';
import { realSurroundings } from './surroundings.ts';
import { type TruenasOptions, truenasLogin, withTruenasOptions } from './truenas-login.ts';

export interface WorldOptions extends TruenasOptions {
  readonly at?: string;
  readonly file?: string;
  readonly look?: string[];
  readonly sudo?: boolean;
}

/** Where a command takes its world from: a saved snapshot, or hosts that it looks at now. */
export function withWorldOptions(command: Command): Command {
  return withTruenasOptions(command)
    .option('-f, --file <snapshot>', 'saved snapshot; - is stdin')
    .option('--look <url>', 'look at this host now as well; repeat', more)
    .option('--sudo', 'become root by sudo on ssh vantages');
}

/**
 * The world that the options name, and the host of `--at` in it. `--at` may be the URL of a vantage,
 * which is then looked at.
 *
 * @throws {SyntaxError} If neither a snapshot nor a vantage was given, or one is none.
 * @throws {OutsideError} If the snapshot cannot be read, or the host of `--at` not be looked at.
 */
export async function seenWorld(
  options: WorldOptions,
): Promise<{ readonly world: World; readonly at: string | undefined }> {
  const { at, file, look = [], sudo } = options;
  if (file !== undefined) return { world: worldOf(await readSnapshot(file)), at };
  const seen = at !== undefined && isVantage(at) ? at : undefined;
  checkVantages({ '--at': seen, '--look': look });
  const urls = seen === undefined ? look : [seen, ...look];
  if (urls.length === 0) {
    throw new SyntaxError(
      'Cannot tell what to look at: give a snapshot with -f, or a vantage, as in --at ssh://USER@HOST',
    );
  }
  const vantage = {
    ...(sudo ? { sudo: true, sudoPassword: askPassword } : {}),
    truenas: truenasLogin(options),
  };
  const { signal } = new AbortController();
  const surroundings = await openedBeforehand(urls, realSurroundings(), {
    options: vantage,
    signal,
  });
  const { snapshot, ids } = await lookAt(urls, surroundings, {
    vantage,
    deadlineMs: DEFAULT_DEADLINE_MS,
    signal,
  });
  for (const { vantage, why, next } of snapshot.failedVantages) {
    if (vantage === at) throw new OutsideError({ doing: `look at "${vantage}"`, found: why, next });
    console.error(why);
  }
  return { world: worldOf(snapshot), at: at === undefined ? at : (ids.get(at) ?? at) };
}

function isVantage(text: string): boolean {
  return text === 'local:' || text.startsWith('paste:') || text.includes('://');
}

function more(value: string, before: string[] = []): string[] {
  return [...before, value];
}
