import { type Fields, isFields } from '../object.ts';
import { type NasAnswer, type NasHttp, type NasRequest, NasTimeout } from './nas-http.ts';

/** `httpConnection` of a democratic-csi configuration. */
export interface HttpConnection {
  readonly protocol: string;
  readonly host: string;
  readonly port: number;
  readonly apiKey?: string;
  readonly username?: string;
  readonly password?: string;
  readonly allowInsecure?: boolean;
}

/** The one call whose limit is fixed in the driver; every other may take 60 s. */
const VERSION_TIMEOUT_MS = 5000;
const TIMEOUT_MS = 60_000;
/** A good answer is remembered this long; a bad one never. */
const CACHE_MS = 60_000;

export interface TrueNasApi {
  /** The version text. @throws {Error} With the driver's own text, API key and all. */
  systemVersion(): Promise<string>;
  /** @throws {Error} With the answer's body, or what axios says. */
  createDataset(properties: { readonly name: string }): Promise<void>;
}

type Send = (ask: Pick<NasRequest, 'method' | 'url' | 'timeoutMs' | 'body'>) => Promise<NasAnswer>;

/**
 * The REST calls democratic-csi makes to a NAS, with its error texts.
 *
 * Source: democratic-csi (branch next), src/driver/freenas/http. The texts of axios for each kind
 * of failure were tried with axios 1.21.
 */
export function createTrueNasApi(
  connection: HttpConnection,
  {
    send,
    now,
  }: { readonly send: (ask: Omit<NasRequest, 'pod'>) => ReturnType<NasHttp>; now(): number },
): TrueNasApi {
  const { protocol, host, port } = connection;
  const base = `${protocol}://${host}:${port}/api/v2.0`;
  const headers = {
    Accept: 'application/json',
    'User-Agent': 'democratic-csi-driver',
    'Content-Type': 'application/json',
    Authorization: authorization(connection),
  };
  const rejectUnauthorized = connection.allowInsecure !== true;
  const call: Send = (ask) => send({ ...ask, headers, rejectUnauthorized });
  let cached: { readonly version: string; readonly untilMs: number } | undefined;
  return {
    async systemVersion() {
      if (cached && cached.untilMs > now()) return cached.version;
      const url = `${base}/system/version/`;
      const version = await readVersion(call, url, headers);
      cached = { version, untilMs: now() + CACHE_MS };
      return version;
    },
    async createDataset(properties) {
      const ask = { method: 'POST', url: `${base}/pool/dataset`, timeoutMs: TIMEOUT_MS } as const;
      const answer = await call({ ...ask, body: JSON.stringify(properties) }).catch(
        (error: unknown) => {
          throw new Error(axiosText(error, TIMEOUT_MS));
        },
      );
      const isThere = answer.status === 422 && answer.body.includes('already exists');
      if (answer.status !== 200 && !isThere) {
        const { status, body } = answer;
        throw new Error(`Error: FreeNAS http error - code: ${status} body: ${body}`);
      }
    },
  };
}

async function readVersion(
  call: Send,
  url: string,
  headers: Readonly<Record<string, string>>,
): Promise<string> {
  const errors: Record<string, string> = {};
  const responses: Record<string, unknown> = {};
  try {
    const answer = await call({ method: 'GET', url, timeoutMs: VERSION_TIMEOUT_MS });
    if (answer.status === 200) return textOf(answer.body);
    if (answer.status >= 500)
      errors['v2'] = `AxiosError: Request failed with status code ${answer.status}`;
    else responses['v2'] = axiosResponse(answer, url, headers);
  } catch (error) {
    errors['v2'] = axiosText(error, VERSION_TIMEOUT_MS);
  }
  const text = JSON.stringify({ errors, responses });
  throw new Error(`FreeNAS error getting system version info: ${text}`);
}

function authorization({ apiKey, username, password }: HttpConnection): string {
  if (apiKey !== undefined) return `Bearer ${apiKey}`;
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

/** Any answer counts as the version; a JSON string loses its quotes. */
function textOf(body: string): string {
  try {
    return String(JSON.parse(body));
  } catch {
    // HTML of a login page, for one: axios hands it on as it is
    return body;
  }
}

/** The whole response as the driver prints it, with the request's headers and so the key. */
function axiosResponse(
  { status, statusText, headers, body }: NasAnswer,
  url: string,
  sent: Readonly<Record<string, string>>,
): Fields {
  const config = { timeout: VERSION_TIMEOUT_MS, headers: sent, method: 'get', url };
  return { statusText, headers, config, statusCode: status, body: parsed(body) };
}

function parsed(body: string): unknown {
  try {
    const value: unknown = JSON.parse(body);
    return isFields(value) ? value : body;
  } catch {
    // not JSON: shown as the text it is
    return body;
  }
}

/** `String(error)` of what axios throws for a failure of Node.js' HTTP client. */
export function axiosText(error: unknown, timeoutMs: number): string {
  if (error instanceof NasTimeout) return `AxiosError: timeout of ${timeoutMs}ms exceeded`;
  return `Error: ${error instanceof Error ? error.message : String(error)}`;
}
