import type { TruenasFacts } from '../../model/truenas.ts';
import type { CollectContext, Collecting, Collector } from '../collector.ts';
import { readTailscaleApps } from './apps.ts';
import { type ApiMeans, askApi } from './ask-api.ts';
import { type ApiNetwork, readApiNetwork, withApiNetwork } from './network.ts';
import {
  Alerts,
  AUDIT_ASK,
  Audit,
  DockerConfig,
  NfsConfig,
  NfsExports,
  Services,
  SystemInfo,
} from './schema.ts';

/**
 * What a TrueNAS says of itself through its API: its release, its Tailscale app, NFS, docker's
 * networks, alerts, and who changed what. Where no shell could say it, addresses and routes too.
 */
export const truenas: Collector = {
  id: 'truenas',
  // nothing of it is asked by the script: the API is asked beside it
  parts: () => [],
  start,
};

function start(context: CollectContext): Collecting {
  const { vantage, clock, signal } = context;
  const { truenas: api } = vantage;
  if (!api) return { take() {}, settled: () => Promise.resolve() };
  const means = { api, clock, signal };
  const network = readApiNetwork(means);
  const facts = readFacts(means);
  return {
    take() {},
    // only now has a shell said all it can
    settled: async () => take(await network, await facts, context),
  };
}

function take(
  network: ApiNetwork,
  { hostname, facts }: { readonly hostname: string; readonly facts: TruenasFacts },
  context: CollectContext,
): void {
  const version = facts.version.seen ? facts.version.value : '';
  context.update((host) => ({
    ...host,
    // a container may have a name of its own
    name: hostname || host.name,
    network: withApiNetwork(host.network, network, version),
    truenas: facts,
  }));
}

async function readFacts(
  means: ApiMeans,
): Promise<{ readonly hostname: string; readonly facts: TruenasFacts }> {
  const [
    info,
    tailscaleApps,
    services,
    nfsBindAddresses,
    nfsExports,
    dockerPools,
    alerts,
    changes,
  ] = await Promise.all([
    askApi(means, { method: 'system.info', schema: SystemInfo }),
    readTailscaleApps(means),
    askApi(means, { method: 'service.query', schema: Services }),
    askApi(means, { method: 'nfs.config', schema: NfsConfig }),
    askApi(means, { method: 'sharing.nfs.query', schema: NfsExports }),
    askApi(means, { method: 'docker.config', schema: DockerConfig }),
    askApi(means, { method: 'alert.list', schema: Alerts }),
    askApi(means, { method: 'audit.query', params: [AUDIT_ASK], schema: Audit }),
  ]);
  const facts = {
    version: info.seen ? { ...info, value: info.value.version } : info,
    transport: means.api.transport,
    ...(means.api.credentialFrom ? { credentialFrom: means.api.credentialFrom } : {}),
    tailscaleApps,
    services,
    nfsBindAddresses,
    nfsExports,
    dockerPools,
    alerts,
    changes,
  };
  return { hostname: info.seen ? info.value.hostname : '', facts };
}
