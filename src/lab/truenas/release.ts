import { TRUENAS_RELEASES, type TruenasRelease } from '../topology/topology.ts';

/**
 * What clients can tell one release from another by.
 * Source: truenas/middleware main.py, api/, plugins/auth.py and apps/webshell_app.py at the tags
 */
export interface ReleaseFacts {
  readonly release: TruenasRelease;
  /** What `system.version` answers. */
  readonly name: string;
  readonly hasRest: boolean;
  /** Names of `/api/vNAME`; empty before there was JSON-RPC. */
  readonly apiVersions: readonly string[];
  /** A key that comes over plain transport from another host is revoked. */
  readonly revokesPlainKeys: boolean;
  /** An API key is a session of its user, which may open a web shell. */
  readonly keysAreUsers: boolean;
  /** `core.set_options {legacy_jobs: false}` makes a job's call wait for its result. */
  readonly hasJobOption: boolean;
  /** `route.system_routes` answers with every table, not with the main one alone. */
  readonly showsAllTables: boolean;
  /** The web shell hands its command to `/bin/sh -c`; before, it is one argument of exec. */
  readonly shellSplits: boolean;
}

const BEFORE_26 = { hasRest: true, showsAllTables: true, shellSplits: false };
const SINCE_25 = { revokesPlainKeys: true, keysAreUsers: true };

export const RELEASES: Readonly<Record<TruenasRelease, ReleaseFacts>> = {
  '24.10': {
    release: '24.10',
    name: 'TrueNAS-SCALE-24.10.2.4',
    apiVersions: [],
    ...BEFORE_26,
    revokesPlainKeys: false,
    keysAreUsers: false,
    hasJobOption: false,
  },
  '25.04': {
    release: '25.04',
    name: 'TrueNAS-25.04.2.6',
    apiVersions: ['v25.04.0', 'v25.04.1', 'v25.04.2'],
    ...BEFORE_26,
    ...SINCE_25,
    hasJobOption: false,
  },
  '25.10': {
    release: '25.10',
    name: 'TrueNAS-25.10.0',
    apiVersions: ['v25.04.0', 'v25.04.1', 'v25.04.2', 'v25.10.0'],
    ...BEFORE_26,
    ...SINCE_25,
    hasJobOption: true,
  },
  '26.0': {
    release: '26.0',
    name: 'TrueNAS-26.0.0',
    apiVersions: ['v25.04.0', 'v25.04.1', 'v25.04.2', 'v25.10.0', 'v26.0.0'],
    ...SINCE_25,
    hasRest: false,
    hasJobOption: true,
    showsAllTables: false,
    shellSplits: true,
  },
};

/** Whether `release` is `since` or later. */
export function isSince(release: TruenasRelease, since: TruenasRelease): boolean {
  return TRUENAS_RELEASES.indexOf(release) >= TRUENAS_RELEASES.indexOf(since);
}
