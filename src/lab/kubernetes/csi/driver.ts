import {
  Server,
  ServerCredentials,
  type ServiceDefinition,
  status,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { parse } from 'yaml';
import type { Ended } from '../kubelet/runner.ts';
import { fieldAt, isFields } from '../object.ts';
import { clearSocket, type Program, type ProgramContext, untilStopped } from '../programs.ts';
import { livenessProbe } from './driver-liveness.ts';
import { CSI } from './messages.ts';
import type { NasHttp } from './nas-http.ts';
import { createTrueNasApi, type HttpConnection, type TrueNasApi } from './truenas-api.ts';

/** Of democratic-csi's package.json, on both of its branches. */
const VERSION = '1.9.0';
const CLASS = 'FreeNASApiDriver';
/** democratic-csi leaves with the number of the signal, not with 128 more. */
const SIGTERM = 15;
const SEGMENTATION_FAULT = 139;

/**
 * The image democraticcsi/democratic-csi: a gRPC server whose Probe asks the NAS.
 *
 * @param crashes Whether the process dies as soon as it starts, for the lab to play a broken one.
 */
export function democraticCsi(http: NasHttp, crashes: () => boolean): Program {
  return async (context) => {
    const args = readArgs(context.container.args ?? []);
    const log = logger(context);
    if (crashes() && args.mode === 'controller') return { exitCode: SEGMENTATION_FAULT };
    const config = parse(context.readFile(args.configFile) ?? '{}') as unknown;
    const api = createTrueNasApi(connectionOf(config), {
      send: (ask) => http({ ...ask, pod: context.pod }),
      now: context.timer.now,
    });
    context.log('grpc implementation: @grpc/grpc-js');
    log('info', `initializing csi driver: ${String(fieldAt(config, 'driver'))}`);
    const server = new Server();
    const obsolete = isOld(context.container.image) ? OBSOLETE : {};
    addServices(server, { args, api, config, log, obsolete });
    const path = context.hostPath(args.socket);
    clearSocket(path);
    await listen(server, path);
    log('info', startText(args, config));
    context.onExec((argv, timeoutMs) => livenessProbe(context, argv, timeoutMs));
    await untilStopped(context);
    log('info', `running server shutdown, exit code: ${SIGTERM} (SIGTERM)`);
    server.forceShutdown();
    return { exitCode: SIGTERM } satisfies Ended;
  };
}

/** A field that a dataset no longer has; which one does not matter to the lab. */
const OBSOLETE = { xattr: 'SA' };

function isOld(image: string): boolean {
  return /:v1\.\d/.test(image);
}

interface Args {
  readonly name: string;
  readonly mode: string;
  readonly version: string;
  readonly configFile: string;
  /** Inside the container. */
  readonly socket: string;
}

function readArgs(args: readonly string[]): Args {
  const value = (name: string): string =>
    args.find((arg) => arg.startsWith(`--${name}=`))?.slice(name.length + 3) ?? '';
  return {
    name: value('csi-name'),
    mode: value('csi-mode'),
    version: value('csi-version'),
    configFile: value('driver-config-file'),
    socket: value('server-socket'),
  };
}

function connectionOf(config: unknown): HttpConnection {
  const found = fieldAt(config, 'httpConnection');
  return {
    protocol: 'http',
    host: '',
    port: 80,
    ...(isFields(found) ? found : {}),
  } satisfies HttpConnection;
}

type Log = (level: 'info' | 'error', message: string) => void;

function logger({ pod, log, timer }: ProgramContext): Log {
  return (level, message) => {
    const timestamp = new Date(timer.now()).toISOString();
    const host = pod.spec.hostNetwork ? pod.spec.nodeName : pod.metadata.name;
    log(JSON.stringify({ host, level, message, service: 'democratic-csi', timestamp }));
  };
}

function startText({ name, mode, version, configFile, socket }: Args, config: unknown): string {
  return `starting csi server - node version: ${process.version}, package version: ${VERSION}, config file: ${configFile}, csi-name: ${name}, csi-driver: ${String(fieldAt(config, 'driver'))}, csi-mode: ${mode}, csi-version: ${version}, address: , socket: unix://${socket}`;
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.bindAsync(`unix:${path}`, ServerCredentials.createInsecure(), (error) => {
      if (error) reject(error);
      else resolve();
    });
  });
}

interface Parts {
  readonly args: Args;
  readonly api: TrueNasApi;
  readonly config: unknown;
  readonly log: Log;
  /** What an image of old asks for beside what is known today. */
  readonly obsolete: Readonly<Record<string, string>>;
}

function addServices(server: Server, parts: Parts): void {
  const { args, api, config, obsolete } = parts;
  const identity: ServiceDefinition = {
    GetPluginInfo: CSI.getPluginInfo,
    GetPluginCapabilities: CSI.getPluginCapabilities,
    Probe: CSI.probe,
  };
  server.addService(
    identity,
    handlers(parts, {
      GetPluginInfo: async () => ({ name: args.name, vendorVersion: VERSION }),
      GetPluginCapabilities: async () => ({}),
      Probe: async () => {
        // the node service never asks the NAS
        if (args.mode === 'controller') await requireScale(api);
        return { ready: true };
      },
    }),
  );
  if (args.mode !== 'controller') return;
  server.addService(
    { CreateVolume: CSI.createVolume },
    handlers(parts, {
      CreateVolume: async (ask) => createVolume({ api, config, args, obsolete }, ask),
    }),
  );
}

/** An error with a gRPC status of its own; any other becomes INTERNAL. */
class GrpcError extends Error {
  override readonly name = 'GrpcError';
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

async function requireScale(api: TrueNasApi): Promise<void> {
  const version = await api.systemVersion().catch((error: unknown) => {
    const why = `TrueNAS api is unavailable: ${String(error)}`;
    throw new GrpcError(status.FAILED_PRECONDITION, why);
  });
  const major = Number(/\d+/.exec(version)?.[0] ?? 0);
  if (!version.toLowerCase().includes('scale') && major < 20) {
    const why = `driver ${CLASS} is only available with TrueNAS SCALE`;
    throw new GrpcError(status.FAILED_PRECONDITION, why);
  }
}

async function createVolume(
  { api, config, args, obsolete }: Omit<Parts, 'log'>,
  ask: unknown,
): Promise<unknown> {
  const name = String(fieldAt(ask, 'name'));
  const parent = String(fieldAt(config, 'zfs.datasetParentName'));
  await api.createDataset({ name: `${parent}/${name}`, ...obsolete });
  const context = {
    node_attach_driver: 'nfs',
    provisioner_driver: String(fieldAt(config, 'driver')),
    server: String(fieldAt(config, 'nfs.shareHost')),
    share: `/mnt/${parent}/${name}`,
    'storage.kubernetes.io/csiProvisionerIdentity': `${args.name}-lab`,
  };
  return { volumeId: name, capacityBytes: Number(fieldAt(ask, 'capacityBytes') ?? 0), context };
}

/** Logs each call and its end as democratic-csi does, and gives errors their status. */
function handlers(
  { log }: Parts,
  methods: Readonly<Record<string, (ask: unknown) => Promise<unknown>>>,
): UntypedServiceImplementation {
  const wrap =
    (name: string, method: (ask: unknown) => Promise<unknown>) =>
    (
      call: { readonly request: unknown; readonly metadata: { getMap(): object } },
      done: (error: { code: number; details: string } | null, answer?: unknown) => void,
    ): void => {
      const { request } = call;
      const seen = JSON.stringify({ metadata: call.metadata.getMap(), request, cancelled: false });
      log('info', `new request - driver: ${CLASS} method: ${name} call: ${seen}`);
      method(request).then(
        (answer) => {
          log(
            'info',
            `new response - driver: ${CLASS} method: ${name} response: ${JSON.stringify(shown(answer))}`,
          );
          done(null, answer);
        },
        (error: unknown) => {
          log('error', `handler error - driver: ${CLASS} method: ${name} error: ${String(error)}`);
          const code = error instanceof GrpcError ? error.code : status.INTERNAL;
          done({ code, details: error instanceof Error ? error.message : String(error) });
        },
      );
    };
  return Object.fromEntries(
    Object.entries(methods).map(([name, method]) => [name, wrap(name, method)]),
  ) as unknown as UntypedServiceImplementation;
}

/** Field names as in csi.proto, and the wrapper around the one that can be absent. */
function shown(answer: unknown): unknown {
  const { vendorVersion, ready, ...rest } = answer as { vendorVersion?: string; ready?: boolean };
  return {
    ...rest,
    ...(vendorVersion === undefined ? {} : { vendor_version: vendorVersion }),
    ...(ready === undefined ? {} : { ready: { value: ready } }),
  };
}
