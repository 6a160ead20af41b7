/**
 * `ipn.Prefs` as it travels over the LocalAPI, fields in tailscaled's order.
 * Source: tailscale ipn/prefs.go
 */
export interface Prefs {
  readonly ControlURL: string;
  readonly RouteAll: boolean;
  readonly ExitNodeID: string;
  readonly ExitNodeIP: string;
  readonly InternalExitNodePrior: string;
  readonly ExitNodeAllowLANAccess: boolean;
  readonly CorpDNS: boolean;
  readonly RunSSH: boolean;
  readonly RunWebClient: boolean;
  readonly WantRunning: boolean;
  readonly LoggedOut: boolean;
  readonly ShieldsUp: boolean;
  readonly AdvertiseTags: readonly string[] | null;
  readonly Hostname: string;
  readonly NotepadURLs: boolean;
  readonly AdvertiseRoutes: readonly string[] | null;
  readonly AdvertiseServices: readonly string[] | null;
  readonly Sync: boolean | null;
  readonly NoSNAT: boolean;
  readonly NoStatefulFiltering: boolean | null;
  readonly NetfilterMode: number;
  readonly AutoUpdate: { readonly Check: boolean; readonly Apply: boolean | null };
  readonly AppConnector: { readonly Advertise: boolean };
  readonly PostureChecking: boolean;
  readonly NetfilterKind: string;
  readonly OperatorUser?: string;
  readonly RemoteConfig: boolean;
  readonly DriveShares: readonly unknown[] | null;
  readonly Config: {
    readonly UserProfile: { readonly ID: number; readonly LoginName: string };
    readonly NodeID: string;
  } | null;
}

/** `ipn.State` that a node with these preferences comes to. */
export function backendState(prefs: Prefs): 'NeedsLogin' | 'Stopped' | 'Running' {
  if (prefs.LoggedOut || prefs.Config === null) return 'NeedsLogin';
  return prefs.WantRunning ? 'Running' : 'Stopped';
}

/** What a fault or a fix may set; the rest of the preferences stays as it starts. */
export type PrefsEdit = Partial<
  Pick<Prefs, 'RouteAll' | 'ExitNodeID' | 'ExitNodeAllowLANAccess' | 'AdvertiseRoutes' | 'NoSNAT'>
>;

type Shape = 'boolean' | 'string' | 'number' | 'strings' | 'object' | 'tri-bool';

/** Type of each field on the wire; also the list of fields that have a `…Set` mask. */
const SHAPES: Readonly<Record<keyof Prefs, Shape>> = {
  ControlURL: 'string',
  RouteAll: 'boolean',
  ExitNodeID: 'string',
  ExitNodeIP: 'string',
  InternalExitNodePrior: 'string',
  ExitNodeAllowLANAccess: 'boolean',
  CorpDNS: 'boolean',
  RunSSH: 'boolean',
  RunWebClient: 'boolean',
  WantRunning: 'boolean',
  LoggedOut: 'boolean',
  ShieldsUp: 'boolean',
  AdvertiseTags: 'strings',
  Hostname: 'string',
  NotepadURLs: 'boolean',
  AdvertiseRoutes: 'strings',
  AdvertiseServices: 'strings',
  Sync: 'tri-bool',
  NoSNAT: 'boolean',
  NoStatefulFiltering: 'tri-bool',
  NetfilterMode: 'number',
  AutoUpdate: 'object',
  AppConnector: 'object',
  PostureChecking: 'boolean',
  NetfilterKind: 'string',
  OperatorUser: 'string',
  RemoteConfig: 'boolean',
  DriveShares: 'object',
  Config: 'object',
};

/** Go's names for the wire types, for the words of its decoder. */
const GO_TYPE: Readonly<Record<Shape, string>> = {
  boolean: 'bool',
  string: 'string',
  number: 'int',
  strings: '[]netip.Prefix',
  object: 'object',
  'tri-bool': 'opt.Bool',
};

/**
 * The fields that a `MaskedPrefs` body sets. A value without its mask changes nothing; a mask
 * without a value sets the zero value; unknown fields are passed over, as Go's decoder does.
 *
 * @throws {SyntaxError} If the body is not JSON, or a field has another type than tailscaled's.
 */
export function readMaskedPrefs(body: string): Partial<Prefs> {
  const fields = parseObject(body);
  const edit: Record<string, unknown> = {};
  for (const [name, shape] of Object.entries(SHAPES)) {
    checkShape(name, fields[name], shape);
    checkShape(`${name}Set`, fields[`${name}Set`], 'boolean');
    if (fields[`${name}Set`] === true) edit[name] = fields[name] ?? zeroOf(shape);
  }
  return edit as Partial<Prefs>;
}

function parseObject(body: string): Record<string, unknown> {
  if (body.trim() === '') throw new SyntaxError('EOF');
  const value: unknown = JSON.parse(body);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw new SyntaxError(
    `json: cannot unmarshal ${goKind(value)} into Go value of type ipn.MaskedPrefs`,
  );
}

function checkShape(name: string, value: unknown, shape: Shape): void {
  if (value === undefined || value === null) return;
  const fits =
    shape === 'strings'
      ? Array.isArray(value) && value.every((item) => typeof item === 'string')
      : shape === 'tri-bool'
        ? typeof value === 'boolean'
        : typeof value === shape;
  if (fits) return;
  throw new SyntaxError(
    `json: cannot unmarshal ${goKind(value)} into Go struct field MaskedPrefs.${name} of type ${GO_TYPE[shape]}`,
  );
}

function goKind(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}

function zeroOf(shape: Shape): unknown {
  return { boolean: false, string: '', number: 0, strings: null, object: null, 'tri-bool': null }[
    shape
  ];
}
