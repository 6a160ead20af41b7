import { parse } from 'yaml';
import * as z from 'zod';
import type { Clock } from '../../ports/clock.ts';
import type { KubeResource, Kubernetes } from '../../ports/kubernetes.ts';
import type { TruenasCredential } from '../../ports/truenas.ts';
import { type CsiWorkload, csiWorkload } from './csi-workloads.ts';
import { ClusterReader } from './reader.ts';
import { RESOURCES } from './resources.ts';
import { Workload } from './schema.ts';

export type CsiCredential =
  | { readonly is: 'found'; readonly credential: TruenasCredential; readonly from: string }
  | { readonly is: 'none'; readonly why: string; readonly next: string };

const KINDS: readonly (readonly [CsiWorkload['kind'], KubeResource])[] = [
  ['Deployment', RESOURCES.deployments],
  ['StatefulSet', RESOURCES.statefulSets],
  ['DaemonSet', RESOURCES.daemonSets],
];
const KEY = 'driver-config-file.yaml';
const HIDES = 'the key that the CSI driver has';

const Secret = z.object({ data: z.record(z.string(), z.string()).nullish() });
const Text = z.union([z.string(), z.number()]).transform(String).nullish();
const Config = z.object({
  httpConnection: z.object({ host: Text, apiKey: Text, username: Text, password: Text }),
});

/**
 * The credential that democratic-csi has for a storage server, out of its Secret. It is somebody
 * else's: only for a user who said so in so many words. It is kept in memory, and no message holds
 * it. Never rejects.
 *
 * @param hosts All addresses and names of the server.
 *
 * Source: democratic-csi examples/freenas-api-nfs.yaml
 */
export async function csiCredential(
  kube: Kubernetes,
  hosts: readonly string[],
  means: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<CsiCredential> {
  const reader = new ClusterReader({ kube, ...means });
  const drivers: CsiWorkload[] = [];
  for (const [kind, resource] of KINDS) {
    const take = (workload: Workload) => {
      const driver = csiWorkload(kind, workload);
      if (driver?.configSecret !== undefined) drivers.push(driver);
    };
    await reader.list({ resource }, { schema: Workload, take, hides: HIDES });
  }
  const places = new Map(drivers.map((one) => [`${one.namespace}/${one.configSecret}`, one]));
  for (const [place, driver] of places) {
    const credential = await credentialIn(reader, driver, hosts);
    if (credential) return { is: 'found', credential, from: `Secret ${place}` };
  }
  const lacking = reader.lacking.map(({ verb, resource }) => `${verb} ${resource}`);
  return {
    is: 'none',
    why:
      lacking.length > 0
        ? `not allowed: ${lacking.join(', ')}`
        : `of ${places.size} Secrets of democratic-csi none is for ${hosts.join(' or ')}`,
    next: 'use a key of your own: --truenas-key-file FILE',
  };
}

async function credentialIn(
  reader: ClusterReader,
  { namespace, configSecret = '', environment }: CsiWorkload,
  hosts: readonly string[],
): Promise<TruenasCredential | undefined> {
  const ask = { resource: RESOURCES.secrets, namespace, name: configSecret };
  const secret = await reader.read(ask, { schema: Secret, hides: HIDES });
  const parsed = Config.safeParse(yamlOf(secret.seen ? secret.value?.data?.[KEY] : undefined));
  if (!parsed.success) return undefined;
  const expand = (text: string | null | undefined) =>
    text?.replace(/\$\{(\w+)\}/g, (whole, name: string) => environment[name] ?? whole);
  const { host, apiKey, username, password } = parsed.data.httpConnection;
  const named = expand(host)?.replace(/^\[|\]$/g, '');
  if (named === undefined || !hosts.includes(named)) return undefined;
  const [key, user, word] = [expand(apiKey), expand(username), expand(password)];
  if (key) return { kind: 'api-key', key };
  return user && word ? { kind: 'password', username: user, password: word } : undefined;
}

/** The reader's messages quote the text, so none of them is kept. */
function yamlOf(base64: string | undefined): unknown {
  try {
    const bytes = Uint8Array.from(atob(base64 ?? ''), (letter) => letter.charCodeAt(0));
    return parse(new TextDecoder().decode(bytes));
  } catch (error) {
    if (error instanceof Error) return undefined;
    throw error;
  }
}
