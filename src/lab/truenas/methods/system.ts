import { hostname, uptime } from 'node:os';
import { filterList } from '../filter-list.ts';
import type { Methods, Nas } from '../method.ts';

/** What the machine says of itself. */
export const systemMethods: Methods = {
  'system.info': {
    params: [],
    role: 'READONLY_ADMIN',
    call: ({ nas }) => systemInfo(nas),
  },
  'system.version': { params: [], call: ({ nas }) => nas.release.name },
  'system.version_short': {
    params: [],
    call: ({ nas }) => nas.release.name.replace(/^TrueNAS-(SCALE-)?/, ''),
  },
  'system.product_type': { params: [], call: () => 'COMMUNITY_EDITION' },
  'system.ready': { params: [], role: 'SYSTEM_GENERAL_READ', call: () => true },
  'system.state': { params: [], role: 'SYSTEM_GENERAL_READ', call: () => 'READY' },
  'system.boot_id': { params: [], role: 'READONLY_ADMIN', call: ({ nas }) => nas.bootId },
  'system.general.config': {
    params: [],
    role: 'SYSTEM_GENERAL_READ',
    call: () => ({
      ui_address: ['0.0.0.0'],
      ui_v6address: ['::'],
      ui_allowlist: [],
      ui_port: 80,
      ui_httpsport: 443,
      ui_httpsredirect: false,
      timezone: 'Etc/UTC',
    }),
  },
  'alert.list': {
    params: [],
    role: 'ALERT_LIST_READ',
    call: ({ nas }) => nas.database.data.alerts,
  },
  'audit.query': {
    params: ['data?'],
    role: 'SYSTEM_AUDIT_READ',
    call({ nas, params: [data] }) {
      const asked = (data ?? {}) as Readonly<Record<string, unknown>>;
      return filterList(nas.database.data.audit, asked['query-filters'], asked['query-options']);
    },
  },
};

function systemInfo({ release, startedUnixMs }: Nas): object {
  const seconds = Math.round((Date.now() - startedUnixMs) / 1000);
  return {
    version: release.name,
    buildtime: { $date: 1_764_000_000_000 },
    hostname: hostname(),
    physmem: 34_359_738_368,
    model: 'AMD Ryzen 5 PRO 5650G',
    cores: 12,
    physical_cores: 6,
    loadavg: [0.1, 0.1, 0.1],
    uptime: `${Math.floor(seconds / 3600)}:${String(Math.floor(seconds / 60) % 60).padStart(2, '0')}`,
    uptime_seconds: Math.min(seconds, uptime()),
    system_serial: null,
    system_product: 'B550D4-4L',
    boottime: { $date: startedUnixMs },
    datetime: { $date: Date.now() },
    timezone: 'Etc/UTC',
    system_manufacturer: 'ASRockRack',
    ecc_memory: true,
  };
}
