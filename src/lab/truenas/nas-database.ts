import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { type AppValues, HOMELAB_APP_VALUES } from './app-values.ts';
import type { Row } from './filter-list.ts';

/** What survives a reboot. */
export interface NasData {
  readonly app: { readonly values: AppValues; readonly stopped: boolean };
  /** Ids of API keys that came over plain transport. */
  readonly revokedKeys: readonly number[];
  readonly nfsEnabled: boolean;
  readonly initScripts: readonly InitScript[];
  readonly cronJobs: readonly CronJob[];
  readonly alerts: readonly Alert[];
  /** Oldest first; the last few hundred. */
  readonly audit: readonly Row[];
  /** Numbers of scripts and cron jobs are not used twice. */
  readonly lastId: number;
}

export interface InitScript extends Row {
  readonly id: number;
  readonly type: 'COMMAND' | 'SCRIPT';
  readonly command: string;
  readonly script: string;
  readonly when: 'PREINIT' | 'POSTINIT' | 'SHUTDOWN';
  readonly enabled: boolean;
  /** Seconds. */
  readonly timeout: number;
  readonly comment: string;
}

export interface CronJob extends Row {
  readonly id: number;
  readonly user: string;
  readonly command: string;
  readonly description: string;
  readonly enabled: boolean;
  /** True: kept from the mail that goes out. */
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly schedule: Row;
}

interface Alert extends Row {
  readonly uuid: string;
  readonly klass: string;
}

export interface NasDatabase {
  readonly data: NasData;
  /** True if it was there before: the machine has been rebooted. */
  readonly isOld: boolean;
  change(part: Partial<NasData>): void;
  nextId(): number;
  record(audit: Row): void;
}

const AUDIT_ENTRIES = 300;

const FRESH: NasData = {
  app: { values: HOMELAB_APP_VALUES, stopped: false },
  revokedKeys: [],
  nfsEnabled: true,
  initScripts: [],
  cronJobs: [],
  alerts: [],
  audit: [],
  lastId: 0,
};

/** @param path File on the lab's tmpfs, which stands for the boot pool. */
export function openDatabase(path: string): NasDatabase {
  const isOld = existsSync(path);
  let data = isOld ? (JSON.parse(readFileSync(path, 'utf8')) as NasData) : FRESH;
  if (!isOld) mkdirSync(dirname(path), { recursive: true });

  function change(part: Partial<NasData>): void {
    data = { ...data, ...part };
    writeFileSync(`${path}.new`, JSON.stringify(data), { mode: 0o600 });
    renameSync(`${path}.new`, path);
  }

  if (!isOld) change({});
  return {
    isOld,
    get data() {
      return data;
    },
    change,
    nextId() {
      change({ lastId: data.lastId + 1 });
      return data.lastId;
    },
    record(entry) {
      change({ audit: [...data.audit, entry].slice(-AUDIT_ENTRIES) });
    },
  };
}
