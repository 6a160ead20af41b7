import type { Prefs } from '../prefs.ts';
import { type Flags, isTrue, PREF_FLAGS, parseFlags, withFlags } from './flags.ts';
import { CliError, type LocalClient, localClient } from './local-client.ts';
import { statusText } from './status-text.ts';

export interface CliOutcome {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

interface Ask {
  readonly client: LocalClient;
  readonly flags: Flags;
  readonly rest: readonly string[];
}

type Command = (ask: Ask) => Promise<string>;

const COMMANDS: Readonly<Record<string, Command>> = {
  status,
  set,
  up,
  get,
  debug,
  async down({ client }) {
    await client.send('PATCH', 'prefs', { WantRunning: false, WantRunningSet: true });
    return '';
  },
  async logout({ client }) {
    await client.send('POST', 'logout');
    return '';
  },
  async version() {
    return '1.102.3\n';
  },
  async ip({ client }) {
    const { TailscaleIPs } = JSON.parse(await client.send('GET', 'status')) as {
      TailscaleIPs: readonly string[];
    };
    return `${TailscaleIPs.join('\n')}\n`;
  },
};

/** The `tailscale` program, as far as containerboot, its users and we need it. */
export async function runTailscale(argv: readonly string[]): Promise<CliOutcome> {
  try {
    const first = argv.findIndex((word) => !word.startsWith('-'));
    const [name = '', ...words] = argv.slice(first < 0 ? argv.length : first);
    const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
    if (!command) throw new CliError(`tailscale: unknown subcommand: ${name}`);
    const { flags, rest } = parseFlags([...argv.slice(0, Math.max(first, 0)), ...words]);
    const client = localClient(`tailscale ${[name, ...words].join(' ')}`);
    return { stdout: await command({ client, flags, rest }), stderr: '', exitCode: 0 };
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return { stdout: '', stderr: `${error.message}\n`, exitCode: 1 };
  }
}

async function status({ client, flags }: Ask): Promise<string> {
  const text = await client.send('GET', `status${isPeerless(flags) ? '?peers=false' : ''}`);
  return isTrue(flags.get('json')) ? text : statusText(JSON.parse(text));
}

function isPeerless(flags: Flags): boolean {
  return flags.has('peers') && !isTrue(flags.get('peers'));
}

/** Changes what is named and nothing else. */
async function set({ client, flags }: Ask): Promise<string> {
  const named = [...flags.keys()].filter((name) => PREF_FLAGS[name]);
  if (named.length === 0) {
    throw new CliError(
      "'tailscale set' requires at least one argument. See 'tailscale set --help'",
    );
  }
  const before = await prefsOf(client);
  await edit(client, before, withFlags(before, flags));
  return '';
}

/**
 * Makes the preferences what the flags say, those left out at their usual values; but refuses to
 * change back by omission what somebody has set, unless told to reset.
 * Source: tailscale cmd/tailscale/cli/up.go, checkForAccidentalSettingReverts()
 */
async function up({ client, flags }: Ask): Promise<string> {
  const before = await prefsOf(client);
  const isNew = before.Config === null;
  if (!isNew && flags.size === 0) {
    await client.send('PATCH', 'prefs', { WantRunning: true, WantRunningSet: true });
    return '';
  }
  const forgotten = isNew || isTrue(flags.get('reset')) ? [] : accidentalReverts(before, flags);
  if (forgotten.length > 0) throw new CliError(revertError(flags, forgotten));
  const usual = new Map(Object.entries(PREF_FLAGS).map(([name, flag]) => [name, flag.usual]));
  const after = { ...withFlags(withFlags(before, usual), flags), WantRunning: true };
  const authKey = flags.get('authkey') ?? flags.get('auth-key');
  // a key that is given is used, whoever is logged in: an expired one fails
  if (before.LoggedOut || isNew || authKey !== undefined || isTrue(flags.get('force-reauth'))) {
    await client.send('POST', 'start', { UpdatePrefs: after, AuthKey: authKey });
  } else {
    await edit(client, before, after);
  }
  return '';
}

function accidentalReverts(prefs: Prefs, flags: Flags): readonly string[] {
  return Object.entries(PREF_FLAGS)
    .filter(([name]) => !flags.has(name))
    .filter(([name, { read, usual }]) => read(prefs) !== usual && name !== 'hostname')
    .map(([name, { read }]) => flagText(name, read(prefs)));
}

function revertError(flags: Flags, forgotten: readonly string[]): string {
  const given = [...flags].map(([name, value]) =>
    name.includes('auth') ? `--${name}=…` : flagText(name, String(value)),
  );
  return `Error: changing settings via 'tailscale up' requires mentioning all
non-default flags. To proceed, either re-run your command with --reset or
use the command below to explicitly mention the current value of
all non-default settings:

\ttailscale up ${[...given, ...forgotten].join(' ')}`;
}

function flagText(name: string, value: string): string {
  return value === 'true' ? `--${name}` : `--${name}=${value}`;
}

async function get({ client, flags, rest }: Ask): Promise<string> {
  const prefs = await prefsOf(client);
  const [name = 'all'] = rest;
  if (name !== 'all' && !PREF_FLAGS[name]) throw new CliError(`unknown setting "${name}"`);
  const asked = Object.entries(PREF_FLAGS).filter(([known]) => name === 'all' || known === name);
  const values = asked.map(([known, { read, kind }]) => {
    const text = read(prefs);
    return [known, kind === 'boolean' ? text === 'true' : text] as const;
  });
  if (isTrue(flags.get('json'))) return `${JSON.stringify(Object.fromEntries(values), null, 2)}\n`;
  if (name !== 'all') return `${values[0]?.[1]}\n`;
  return values.map(([known, value]) => `${known.padEnd(28)} ${value}\n`).join('');
}

async function debug({ client, rest: [what = ''] }: Ask): Promise<string> {
  if (what === 'prefs') return await client.send('GET', 'prefs');
  throw new CliError(`tailscale debug: unknown subcommand: ${what}`);
}

async function prefsOf(client: LocalClient): Promise<Prefs> {
  return JSON.parse(await client.send('GET', 'prefs')) as Prefs;
}

/** Sends each field that differs, with its mask. */
async function edit(client: LocalClient, before: Prefs, after: Prefs): Promise<void> {
  const fields = (Object.keys(after) as (keyof Prefs)[]).filter(
    (name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]),
  );
  const masked = fields.flatMap((name) => [
    [name, after[name]],
    [`${name}Set`, true],
  ]);
  await client.send('PATCH', 'prefs', Object.fromEntries(masked) as object);
}
