import {
  DAEMON_KINDS,
  type DaemonSpec,
  type Topology,
  TRUENAS_RELEASES,
  type TruenasRelease,
} from './topology.ts';

/**
 * The topology with an emulated server replaced by the address of a real one.
 *
 * @param swap `HOST/DAEMON=ADDRESS`, for instance `nas/nfs=10.0.0.38:2049`.
 * @throws {RangeError} If it has another form, or names a server that is not there.
 */
export function withSwap(topology: Topology, swap: string): Topology {
  const [, host, kind, address] = /^([^/]+)\/([^=]+)=(.+)$/.exec(swap) ?? [];
  const exists = topology.hosts.some(
    ({ name, daemons }) => name === host && daemons.flat().some((daemon) => daemon.kind === kind),
  );
  if (!exists || address === undefined) {
    throw new RangeError(
      `Cannot swap "${swap}": it must be HOST/DAEMON=ADDRESS, with a daemon of that host out of ${DAEMON_KINDS.join(', ')}`,
    );
  }
  return mapDaemons(topology, (daemon, name) =>
    name === host && daemon.kind === kind ? { ...daemon, swap: address } : daemon,
  );
}

/** Ten times shorter: a crash loop is seen to begin and to end within half a minute. */
export const DEFAULT_BACK_OFF_SCALE = 10;

/**
 * The topology with the Kubernetes cluster of the homelab served by its node.
 *
 * @param restarts Of the storage controllers, before the lab begins.
 * @throws {RangeError} If the scale is not between 1 (real) and 1000.
 */
export function withKubernetes(
  topology: Topology,
  backOffScale: number = DEFAULT_BACK_OFF_SCALE,
  restarts = 0,
): Topology {
  if (!(backOffScale >= 1 && backOffScale <= 1000)) {
    throw new RangeError(`Cannot scale back-off by ${backOffScale}: it must be 1 to 1000`);
  }
  return {
    ...topology,
    hosts: topology.hosts.map((host) =>
      host.name === 'node'
        ? { ...host, daemons: [...host.daemons, [{ kind: 'kubernetes', backOffScale, restarts }]] }
        : host,
    ),
  };
}

/** @throws {RangeError} If it is no release the lab can emulate. */
export function withRelease(topology: Topology, release: string): Topology {
  assertRelease(release);
  return mapDaemons(topology, (daemon) =>
    daemon.kind === 'truenas' ? { ...daemon, release } : daemon,
  );
}

/** @throws {RangeError} If it is no release the lab can emulate. */
export function assertRelease(text: string): asserts text is TruenasRelease {
  if ((TRUENAS_RELEASES as readonly string[]).includes(text)) return;
  throw new RangeError(
    `Cannot emulate TrueNAS "${text}": known are ${TRUENAS_RELEASES.join(', ')}`,
  );
}

function mapDaemons(
  topology: Topology,
  change: (daemon: DaemonSpec, host: string) => DaemonSpec,
): Topology {
  return {
    ...topology,
    hosts: topology.hosts.map((host) => ({
      ...host,
      daemons: host.daemons.map((list) => list.map((daemon) => change(daemon, host.name))),
    })),
  };
}
