import { DEFAULT_ROUTES } from '../../tailnet/member.ts';
import type { Prefs } from '../prefs.ts';
import { CliError } from './local-client.ts';

/** Flags as typed, `--name=value` or `--name value`; `true` for one that stands alone. */
export type Flags = ReadonlyMap<string, string | true>;

type FlagKind = 'boolean' | 'text' | 'list';

interface PrefFlag {
  readonly kind: FlagKind;
  /** The flag's value that these preferences come from. */
  readonly read: (prefs: Prefs) => string;
  readonly edit: (value: string, prefs: Prefs) => Partial<Prefs>;
  /** What `tailscale up` takes it to be when it is left out. */
  readonly usual: string;
}

const boolean = (
  field:
    | 'RouteAll'
    | 'CorpDNS'
    | 'ShieldsUp'
    | 'RunSSH'
    | 'RunWebClient'
    | 'ExitNodeAllowLANAccess',
  usual = 'false',
): PrefFlag => ({
  kind: 'boolean',
  usual,
  read: (prefs) => String(prefs[field]),
  edit: (value) => ({ [field]: isTrue(value) }),
});

/** Flags of `up` and `set` that stand for preferences. Source: tailscale cmd/tailscale/cli/up.go */
export const PREF_FLAGS: Readonly<Record<string, PrefFlag>> = {
  'accept-routes': boolean('RouteAll'),
  'accept-dns': boolean('CorpDNS', 'true'),
  'shields-up': boolean('ShieldsUp'),
  ssh: boolean('RunSSH'),
  webclient: boolean('RunWebClient'),
  'exit-node-allow-lan-access': boolean('ExitNodeAllowLANAccess'),
  'exit-node': {
    kind: 'text',
    usual: '',
    read: ({ ExitNodeID, ExitNodeIP }) => ExitNodeIP || ExitNodeID,
    edit: (value) => ({ ExitNodeID: '', ExitNodeIP: value }),
  },
  hostname: {
    kind: 'text',
    usual: '',
    read: ({ Hostname }) => Hostname,
    edit: (value) => ({ Hostname: value }),
  },
  operator: {
    kind: 'text',
    usual: '',
    read: ({ OperatorUser = '' }) => OperatorUser,
    edit: (value) => ({ OperatorUser: value }),
  },
  'snat-subnet-routes': {
    kind: 'boolean',
    usual: 'true',
    read: ({ NoSNAT }) => String(!NoSNAT),
    edit: (value) => ({ NoSNAT: !isTrue(value) }),
  },
  'advertise-routes': {
    kind: 'list',
    usual: '',
    read: ({ AdvertiseRoutes }) => subnets(AdvertiseRoutes).join(','),
    edit: (value, { AdvertiseRoutes }) => ({
      AdvertiseRoutes: routes(value.split(',').filter(Boolean), isExit(AdvertiseRoutes)),
    }),
  },
  'advertise-exit-node': {
    kind: 'boolean',
    usual: 'false',
    read: ({ AdvertiseRoutes }) => String(isExit(AdvertiseRoutes)),
    edit: (value, { AdvertiseRoutes }) => ({
      AdvertiseRoutes: routes(subnets(AdvertiseRoutes), isTrue(value)),
    }),
  },
};

/** Flags that stand for no preference. */
const OTHER_FLAGS: Readonly<Record<string, FlagKind>> = {
  authkey: 'text',
  'auth-key': 'text',
  reset: 'boolean',
  'force-reauth': 'boolean',
  timeout: 'text',
  json: 'boolean',
  peers: 'boolean',
  socket: 'text',
  'login-server': 'text',
};

/** @throws {CliError} In the words of Go's flag package, if a flag is unknown or lacks its value. */
export function parseFlags(argv: readonly string[]): {
  readonly flags: Flags;
  readonly rest: readonly string[];
} {
  const flags = new Map<string, string | true>();
  const rest: string[] = [];
  for (let index = 0; index < argv.length; index += 1) {
    const word = argv[index] ?? '';
    const [, name, , value] = /^--?([a-z][a-z0-9-]*)(=(.*))?$/s.exec(word) ?? [];
    if (name === undefined) {
      rest.push(word);
      continue;
    }
    const kind = kindOf(name);
    if (value !== undefined) flags.set(name, checked(name, kind, value));
    else if (kind === 'boolean') flags.set(name, true);
    else {
      index += 1;
      const next = argv[index];
      if (next === undefined) throw new CliError(`flag needs an argument: -${name}`);
      flags.set(name, next);
    }
  }
  return { flags, rest };
}

/** @throws {CliError} If there is no such flag. */
function kindOf(name: string): FlagKind {
  const kind = PREF_FLAGS[name]?.kind ?? OTHER_FLAGS[name];
  if (!kind) throw new CliError(`flag provided but not defined: -${name}`);
  return kind;
}

/** Preferences with the flags applied that stand for some. */
export function withFlags(prefs: Prefs, flags: Flags): Prefs {
  let edited = prefs;
  for (const [name, value] of flags) {
    const flag = PREF_FLAGS[name];
    if (flag) edited = { ...edited, ...flag.edit(String(value), edited) };
  }
  return edited;
}

export function isTrue(value: string | true | undefined): boolean {
  return value === true || ['true', 't', '1', 'True', 'TRUE', 'T'].includes(value ?? '');
}

function checked(name: string, kind: FlagKind, value: string): string {
  const isBoolean = isTrue(value) || ['false', 'f', '0', 'False', 'FALSE', 'F'].includes(value);
  if (kind !== 'boolean' || isBoolean) return value;
  throw new CliError(`invalid boolean value "${value}" for -${name}: parse error`);
}

function isExit(routes: readonly string[] | null): boolean {
  return DEFAULT_ROUTES.every((prefix) => routes?.includes(prefix));
}

function subnets(all: readonly string[] | null): readonly string[] {
  return (all ?? []).filter((prefix) => !DEFAULT_ROUTES.includes(prefix));
}

function routes(own: readonly string[], exit: boolean): readonly string[] | null {
  const all = [...own, ...(exit ? DEFAULT_ROUTES : [])];
  return all.length > 0 ? all : null;
}
