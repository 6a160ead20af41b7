import { parse } from 'yaml';
import * as z from 'zod';
import type { StoragePort } from '../../model/cluster-storage.ts';
import { apiEndpoint, type Endpoint, endpointOf, hostAndPort } from './endpoint.ts';
import { classApi } from './software.ts';

/** What a driver's configuration says of where its storage is. Nothing else of it is kept. */
export interface DriverConfig {
  readonly driverClass?: string | undefined;
  readonly endpoints: readonly Endpoint[];
}

const Text = z.union([z.string(), z.number()]).transform(String).nullish();
const Number_ = z.coerce.number().int().min(1).max(65_535).nullish().catch(undefined);
const Texts = z.array(z.string()).nullish().catch(undefined);

/**
 * The allow-list: what is not named here is dropped while the text is read. Passwords and keys
 * stand beside these in the same file.
 */
const DemocraticConfig = z.object({
  driver: Text,
  httpConnection: z.object({ protocol: Text, host: Text, port: Number_ }).nullish(),
  sshConnection: z.object({ host: Text, port: Number_ }).nullish(),
  nfs: z.object({ shareHost: Text }).nullish(),
  smb: z.object({ shareHost: Text }).nullish(),
  iscsi: z.object({ targetPortal: Text, targetPortals: Texts }).nullish(),
  nvmeof: z.object({ transport: Text, transports: Texts }).nullish(),
});

/**
 * `driver-config-file.yaml` of democratic-csi.
 *
 * @param environment Plain values for `${NAME}`, which the branch `next` expands.
 * @returns `undefined` when the text is no such configuration.
 *
 * Source: democratic-csi examples/*.yaml and src/driver/factory.js.
 */
export function democraticConfig(
  text: string,
  environment: Readonly<Record<string, string>>,
): DriverConfig | undefined {
  const parsed = DemocraticConfig.safeParse(yamlOf(text));
  if (!parsed.success) return undefined;
  const { driver, httpConnection, sshConnection, nfs, smb, iscsi, nvmeof } = parsed.data;
  const expand = (value: string | null | undefined) => expanded(value, environment);
  const portals = [iscsi?.targetPortal, ...(iscsi?.targetPortals ?? [])];
  const transports = [nvmeof?.transport, ...(nvmeof?.transports ?? [])];
  const driverClass = expand(driver);
  const found = [
    httpEndpoint(httpConnection ?? undefined, { driverClass, expand }),
    sshEndpoint(expand(sshConnection?.host), sshConnection?.port ?? 22),
    endpointOf(expand(nfs?.shareHost), 'nfs'),
    endpointOf(expand(smb?.shareHost), 'smb'),
    ...portals.map((portal) => endpointOf(expand(portal), 'iscsi')),
    ...transports.map((transport) => endpointOf(expand(transport), 'nvme')),
  ];
  return { driverClass, endpoints: merged(found) };
}

/** Broken YAML is no configuration; the reader's messages quote it, so they are not kept. */
function yamlOf(text: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    if (error instanceof Error) return undefined;
    throw error;
  }
}

function expanded(
  value: string | null | undefined,
  environment: Readonly<Record<string, string>>,
): string | undefined {
  return value?.replace(/\$\{(\w+)\}/g, (whole, name: string) => environment[name] ?? whole);
}

function httpEndpoint(
  http:
    | {
        protocol?: string | null | undefined;
        host?: string | null | undefined;
        port?: number | null | undefined;
      }
    | undefined,
  {
    driverClass = '',
    expand,
  }: {
    readonly driverClass: string | undefined;
    readonly expand: (value: string | null | undefined) => string | undefined;
  },
): Endpoint | undefined {
  const host = expand(http?.host);
  const protocol = expand(http?.protocol);
  const usual: readonly StoragePort[] = classApi(driverClass).filter(({ use }) => use === 'api');
  const prefix = protocol === undefined ? '' : `${protocol}://`;
  const named = host === undefined ? undefined : hostAndPort(host);
  if (!named || host === undefined) return undefined;
  const port = http?.port ?? named.port;
  return apiEndpoint(
    port === undefined ? prefix + host : `${prefix}${bracketed(named.host)}:${port}`,
    usual,
  );
}

function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

function sshEndpoint(host: string | undefined, port: number): Endpoint | undefined {
  const found = host === undefined ? undefined : hostAndPort(host);
  return found ? { server: found.host, ports: [{ port, use: 'ssh' }] } : undefined;
}

/** One endpoint for each server, with all its ports. */
export function merged(endpoints: readonly (Endpoint | undefined)[]): Endpoint[] {
  const servers = new Map<string, StoragePort[]>();
  for (const endpoint of endpoints) {
    if (!endpoint) continue;
    const ports = servers.get(endpoint.server) ?? [];
    for (const port of endpoint.ports) {
      if (!ports.some((one) => one.port === port.port)) ports.push(port);
    }
    servers.set(endpoint.server, ports);
  }
  return [...servers].map(([server, ports]) => ({ server, ports }));
}
