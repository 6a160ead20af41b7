import type { Fault } from '../faults/fault.ts';
import { faultById } from '../faults/index.ts';
import {
  type DaemonState,
  type Netmap,
  type ProcessState,
  TROUBLES,
  type Trouble,
} from '../protocol.ts';
import { stableId } from '../tailnet/identity.ts';
import type { PrefsEdit } from '../tailscaled/prefs.ts';
import { assertRelease } from '../topology/adjust.ts';
import {
  type DaemonSpec,
  type HostSpec,
  networkOf,
  type TruenasRelease,
} from '../topology/topology.ts';
import { editPrefs } from './local-api-client.ts';
import { switchPort } from './network-batch.ts';
import { forgetNeighbour, setMasquerade, setRoute } from './network-changes.ts';
import type { Plan } from './plan.ts';
import { assertPossible } from './possible.ts';
import { run } from './run.ts';
import { clusterChangeOf, type Part, type Parts, partsOf, startingPrefs } from './settings.ts';
import type { Tailnet } from './tailnet.ts';

/** What the lab is to be: the homelab plus the faults in force, and how to make it so. */
export interface LabState {
  readonly faults: readonly string[];
  readonly trouble: Trouble | undefined;
  /** Has nodes with real WireGuard call each other; to be done when all of them are up. */
  connectTunnels(): void;
  /** Lets the cluster begin: at once in a healthy lab, else when the outage is in force. */
  openCluster(): void;
  isOff(host: string): boolean;
  stateOf(host: string, process: number): ProcessState;
  /** Puts a fault in force, or takes it back; doing so twice changes nothing more. */
  set(fault: string, inForce: boolean): Promise<void>;
  /**
   * Makes something go wrong while somebody mends; the empty word ends that.
   *
   * @throws {RangeError} If there is no such trouble.
   */
  setTrouble(name: string): void;
  /** Makes the TrueNAS another release. @throws {RangeError} If the lab does not know it. */
  setRelease(name: string): void;
  /** Path of the LocalAPI socket of a host's tailscaled. */
  localApiOf(host: string): string;
}

export interface LabStateContext {
  readonly plan: Plan;
  readonly tailnet: Tailnet;
  /** Path of the LocalAPI socket of a host's tailscaled, as the lab sees it. */
  readonly localApi: (host: HostSpec) => string;
  /** Tells the processes what they are to be. */
  readonly refresh: () => void;
}

export function createLabState(context: LabStateContext): LabState {
  const { plan, tailnet } = context;
  const { topology, netfilter } = plan;
  let tunnel: Netmap['tunnel'] = plan.variant === 'veth' ? 'cable' : 'wireguard';
  let clusterIsOpen = !plan.outage;
  let active: readonly Fault[] = [];
  let parts: Parts = new Map();
  let trouble: Trouble | undefined;
  let release: TruenasRelease | undefined;
  let acceptRoutes: DaemonState['acceptRoutes'];
  /** Values that sysctls had before a fault first touched them. */
  const untouched = new Map<string, string>();

  function hostNamed(name: string): HostSpec {
    const found = topology.hosts.find((host) => host.name === name);
    if (!found) throw new RangeError(`Cannot find the lab host "${name}"`);
    return found;
  }

  /** Makes one part so: as `part` says, or as the healthy homelab has it. */
  async function apply(key: string, part: Part, wanted: boolean): Promise<void> {
    switch (part.kind) {
      case 'pref':
        return await applyPref(part, wanted);
      case 'sysctl':
        return await applySysctl(key, part, wanted);
      case 'rule':
        return await applyRule(part, wanted);
      case 'off':
        return await applyOff(part.host, wanted);
      case 'route':
        return await setRoute(networkOf(hostNamed(part.host)), part, wanted);
      case 'unmasqueraded':
        return await setMasquerade(hostNamed(part.host), !wanted);
      case 'daemon':
      case 'change':
        return context.refresh();
    }
  }

  async function applyPref(part: Extract<Part, { kind: 'pref' }>, wanted: boolean): Promise<void> {
    const host = hostNamed(part.host);
    if (host.tailnet?.locked) return context.refresh();
    const start = startingPrefs(topology, part.host);
    const fields = Object.keys(part.edit) as (keyof PrefsEdit)[];
    const healthy = Object.fromEntries(fields.map((field) => [field, start[field]])) as PrefsEdit;
    const edit: PrefsEdit = wanted ? part.edit : healthy;
    await editPrefs(context.localApi(host), edit);
    if (host.name !== APP_HOST || edit.RouteAll === undefined) return;
    // whoever ticks the box while logging in leaves both behind: the preference and the form
    acceptRoutes = { is: edit.RouteAll, seq: (acceptRoutes?.seq ?? 0) + 1 };
    context.refresh();
  }

  async function applySysctl(
    key: string,
    { host, name, value }: Extract<Part, { kind: 'sysctl' }>,
    wanted: boolean,
  ): Promise<void> {
    const path = `/proc/sys/${name.replaceAll('.', '/')}`;
    const inNamespace = ['nsenter', `--net=/run/netns/${networkOf(hostNamed(host))}`];
    if (!untouched.has(key)) untouched.set(key, await run([...inNamespace, 'cat', path]));
    const text = wanted ? value : (untouched.get(key) ?? value).trim();
    await run([...inNamespace, 'sh', '-c', 'echo "$1" > "$2"', 'sh', text, path]);
  }

  async function applyRule(
    { host, family, rule }: Extract<Part, { kind: 'rule' }>,
    wanted: boolean,
  ): Promise<void> {
    const flag = family === 'ipv6' ? ['-6'] : [];
    const ip = ['ip', ...flag, '-n', networkOf(hostNamed(host))];
    const listed = await run([...ip, 'rule', 'show', ...rule.split(' ')]);
    if ((listed.trim() !== '') === wanted) return;
    await run([...ip, 'rule', wanted ? 'add' : 'del', ...rule.split(' ')]);
  }

  async function applyOff(host: string, off: boolean): Promise<void> {
    const spec = hostNamed(host);
    for (const { segment, addresses } of spec.ports) {
      const master = off ? ['nomaster'] : ['master', segment];
      await run(['ip', 'link', 'set', 'dev', switchPort(spec, segment), ...master]);
      await forgetNeighbour(topology, segment, addresses);
    }
    for (const { name } of [spec, ...topology.hosts.filter(({ inside }) => inside === host)]) {
      tailnet.update(name, { online: !off });
    }
    context.refresh();
    await tailnet.enforce();
  }

  function daemonState(host: string, spec: DaemonSpec): DaemonState {
    if (spec.kind === 'kubernetes' && !clusterIsOpen) return { ...spec, mode: 'closed' };
    const part = parts.get(`daemon ${host} ${spec.kind}`);
    const found = part?.kind === 'daemon' ? part : undefined;
    const mode = found?.mode ?? 'serving';
    if (spec.kind === 'kubernetes') return { ...spec, mode, cluster: clusterChangeOf(parts) };
    if (spec.kind === 'truenas') {
      const released = found?.release ?? release ?? spec.release;
      const troubled = troubleOf('truenas', trouble);
      return { ...spec, mode, acceptRoutes, release: released, trouble: troubled };
    }
    if (host !== APP_HOST) return { ...spec, mode };
    return { ...spec, mode, trouble: troubleOf('tailscaled', trouble) };
  }

  /** A configuration file holds the healthy preferences with what faults make of them. */
  function configFileOf(host: HostSpec): PrefsEdit | undefined {
    if (!host.tailnet?.locked) return undefined;
    const edits = [...parts.values()].flatMap((part) =>
      part.kind === 'pref' && part.host === host.name ? [part.edit] : [],
    );
    return Object.assign({ ...startingPrefs(topology, host.name) }, ...edits);
  }

  return {
    get faults() {
      return active.map(({ id }) => id);
    },
    get trouble() {
      return trouble;
    },
    connectTunnels() {
      if (tunnel === 'wireguard') tunnel = 'wireguard-connected';
      context.refresh();
    },
    openCluster() {
      clusterIsOpen = true;
      context.refresh();
    },
    isOff: (host) => parts.has(`off ${host}`),
    stateOf(hostName, process) {
      const host = hostNamed(hostName);
      const daemons = (host.daemons[process] ?? []).map((spec) => daemonState(hostName, spec));
      if (!host.tailnet) return { daemons };
      const selfId = stableId(host.tailnet);
      const views = tailnet.views();
      const self = views.find(({ member }) => member.stableId === selfId);
      if (!self) throw new RangeError(`Cannot find "${hostName}" in its own tailnet`);
      const peers = views.filter((view) => view !== self);
      const noSnat = host.tailnet.noSnat ?? false;
      const configFile = configFileOf(host);
      return { daemons, netmap: { self, peers, netfilter, tunnel, noSnat, configFile } };
    },
    setTrouble(name) {
      const known: readonly string[] = Object.values(TROUBLES).flat();
      if (name !== '' && !known.includes(name)) {
        throw new RangeError(`Cannot find the trouble "${name}": known are ${known.join(', ')}`);
      }
      trouble = name === '' ? undefined : (name as Trouble);
      context.refresh();
    },
    setRelease(name) {
      assertRelease(name);
      release = name;
      context.refresh();
    },
    localApiOf: (host) => context.localApi(hostNamed(host)),
    async set(id, inForce) {
      const fault = faultById(id);
      assertPossible(fault, plan);
      const others = active.filter((other) => other !== fault);
      active = inForce ? [...others, fault] : others;
      parts = partsOf(active);
      const touched = [...partsOf([fault])];
      for (const [key, part] of inForce ? touched : touched.toReversed()) {
        const now = parts.get(key);
        await apply(key, now ?? part, now !== undefined);
      }
    },
  };
}

/** Container of the NAS' Tailscale app. */
const APP_HOST = 'nas-tailscale';

/** The trouble, if it is one of that daemon's. */
function troubleOf(kind: keyof typeof TROUBLES, name: Trouble | undefined): Trouble | undefined {
  return TROUBLES[kind].find((known) => known === name);
}
