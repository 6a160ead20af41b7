/** A vantage as the user wrote it, taken apart. */
export type VantageUrl =
  | { readonly scheme: 'local' }
  | { readonly scheme: 'lab'; readonly labId: string | undefined; readonly host: string }
  | ({ readonly scheme: 'ssh' } & Places)
  | ({ readonly scheme: 'truenas' } & Places);

interface Places {
  readonly user: string | undefined;
  /** At least one; several addresses of the same host. */
  readonly hosts: readonly [string, ...string[]];
  readonly port: number | undefined;
}

const FORMS =
  'local:, lab://[ID/]HOST, ssh://[USER@]HOST[,HOST...][:PORT] or truenas://[USER@]HOST[,HOST...][:PORT]';

/**
 * Takes a vantage URL apart: `local:`, `lab://[ID/]HOST`, `ssh://[USER@]HOST[,HOST...][:PORT]`, and
 * `truenas://` in the same form. IPv6 addresses stand in brackets.
 *
 * @throws {SyntaxError} If it is none of these.
 */
export function parseVantageUrl(url: string): VantageUrl {
  const [, scheme, rest = ''] = /^([a-z]+):(.*)$/s.exec(url) ?? [];
  const parsed =
    scheme === 'local'
      ? parseLocal(rest)
      : scheme === 'lab'
        ? parseLab(rest)
        : scheme === 'ssh' || scheme === 'truenas'
          ? parseHosts(scheme, rest)
          : undefined;
  if (!parsed) {
    throw new SyntaxError(
      `Cannot use a vantage as its URL must be ${FORMS}: current value is "${url}"`,
    );
  }
  return parsed;
}

function parseLocal(rest: string): VantageUrl | undefined {
  return rest === '' || rest === '//' ? { scheme: 'local' } : undefined;
}

function parseLab(rest: string): VantageUrl | undefined {
  const match = /^\/\/(?:([\w.-]+)\/)?([\w.-]+)\/?$/.exec(rest);
  return match?.[2] === undefined ? undefined : { scheme: 'lab', labId: match[1], host: match[2] };
}

// A host or user that begins with a dash would be an option to the ssh program.
const USER = '[\\w.][\\w.@\\\\-]*';
const HOST = '\\[[0-9a-fA-F:.]+(?:%[\\w.-]+)?\\]|[\\w.][\\w.-]*';
const PLACES = new RegExp(`^//(?:(${USER})@)?((?:${HOST})(?:,(?:${HOST}))*)(?::(\\d{1,5}))?/?$`);

function parseHosts(scheme: 'ssh' | 'truenas', rest: string): VantageUrl | undefined {
  const [, user, list, portText] = PLACES.exec(rest) ?? [];
  const [first, ...more] = (list ?? '').split(',').map((host) => host.replace(/^\[|\]$/g, ''));
  const port = portText === undefined ? undefined : Number(portText);
  if (!first || (port !== undefined && (port < 1 || port > 65_535))) return undefined;
  return { scheme, user, hosts: [first, ...more], port };
}
