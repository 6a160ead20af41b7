import { networkInterfaces } from 'node:os';
import { invalid } from '../call-error.ts';
import { filterList, type Row } from '../filter-list.ts';
import type { Methods, Nas } from '../method.ts';
import { textAt } from '../params.ts';

/** The NFS server of this machine, which the API can stop. */
export interface NfsService {
  isRunning(): boolean;
  setEnabled(enabled: boolean): Promise<void>;
}

/** Services, what NFS exports, and docker's address pools. */
export function serviceMethods(nfs: NfsService): Methods {
  const services = (): readonly Row[] => [
    service(1, 'cifs', false),
    service(2, 'ssh', false),
    service(3, 'nfs', nfs.isRunning()),
  ];
  /** RELOAD of something that does not run changes nothing, and says so. */
  const control = async (nas: Nas, verb: string, name: string): Promise<boolean> => {
    if (!services().some((known) => known['service'] === name)) {
      throw invalid('service', `Service '${name}' not found`, 'ENOENT');
    }
    if (name !== 'nfs') return verb === 'STOP';
    if (verb === 'RELOAD') return nfs.isRunning();
    if (verb === 'RESTART') await nfs.setEnabled(false);
    await nfs.setEnabled(verb !== 'STOP');
    nas.database.change({ nfsEnabled: verb !== 'STOP' });
    return nfs.isRunning() === (verb !== 'STOP');
  };
  const old = (verb: string) => ({
    params: ['service', 'options?'],
    role: 'SERVICE_WRITE',
    call: ({ nas, params }: Parameters<Methods[string]['call']>[0]) =>
      control(nas, verb, textAt(params, 0, 'service')),
  });
  return {
    'service.query': {
      params: ['filters?', 'options?'],
      role: 'SERVICE_READ',
      call: ({ params }) => filterList(services(), params[0], params[1]),
    },
    'service.control': {
      params: ['verb', 'service', 'options?'],
      role: 'SERVICE_WRITE',
      since: '25.10',
      job: true,
      audit: ([verb, name]) => `Service: Control: ${String(verb)} ${String(name)}`,
      call: ({ nas, params }) =>
        control(nas, verbOf(textAt(params, 0, 'verb')), textAt(params, 1, 'service')),
    },
    'service.start': old('START'),
    'service.stop': old('STOP'),
    'service.restart': old('RESTART'),
    ...EXPORTS,
    ...DOCKER,
  };
}

const EXPORTS: Methods = {
  'nfs.config': {
    params: [],
    role: 'SHARING_NFS_READ',
    call: () => ({
      id: 1,
      servers: 12,
      allow_nonroot: false,
      protocols: ['NFSV3', 'NFSV4'],
      v4_krb: false,
      v4_domain: '',
      bindip: [],
      mountd_port: null,
      rpcstatd_port: null,
      rpclockd_port: null,
      mountd_log: false,
      statd_lockd_log: false,
      v4_krb_enabled: false,
      userd_manage_gids: false,
      keytab_has_nfs_spn: false,
      managed_nfsd: true,
      rdma: false,
    }),
  },
  'nfs.bindip_choices': {
    params: [],
    role: 'SHARING_NFS_READ',
    call() {
      const addresses = Object.entries(networkInterfaces()).flatMap(([name, list]) =>
        /^(lo|tailscale)/.test(name) ? [] : (list ?? []).map(({ address }) => address),
      );
      return Object.fromEntries(
        addresses.filter((text) => !text.startsWith('fe80:')).map((text) => [text, text]),
      );
    },
  },
  'nfs.client_count': { params: [], role: 'SHARING_NFS_READ', call: () => 0 },
  'sharing.nfs.query': {
    params: ['filters?', 'options?'],
    role: 'SHARING_NFS_READ',
    call: ({ params }) => filterList(SHARES, params[0], params[1]),
  },
};

const DOCKER: Methods = {
  'docker.config': {
    params: [],
    role: 'DOCKER_READ',
    call: () => ({
      id: 1,
      enable_image_updates: true,
      pool: 'tank',
      dataset: 'tank/ix-apps',
      nvidia: false,
      address_pools: [{ base: '172.17.0.0/12', size: 24 }],
      cidr_v6: 'fdd0::/64',
      secure_registry_mirrors: [],
      insecure_registry_mirrors: [],
    }),
  },
  'docker.status': {
    params: [],
    role: 'DOCKER_READ',
    call: () => ({ status: 'RUNNING', description: 'Application(s) are currently running' }),
  },
};

const SHARES: readonly Row[] = ['hdd', 'nvme'].map((name, index) => ({
  id: index + 1,
  path: `/mnt/tank/k8s/${name}`,
  aliases: [],
  comment: '',
  networks: ['10.0.0.0/24'],
  hosts: [],
  ro: false,
  maproot_user: 'root',
  maproot_group: 'root',
  mapall_user: null,
  mapall_group: null,
  security: [],
  enabled: true,
  locked: false,
  expose_snapshots: false,
}));

function service(id: number, name: string, isRunning: boolean): Row {
  const state = isRunning ? 'RUNNING' : 'STOPPED';
  return { id, service: name, enable: name === 'nfs', state, pids: isRunning ? [process.pid] : [] };
}

function verbOf(text: string): string {
  if (['START', 'STOP', 'RESTART', 'RELOAD'].includes(text)) return text;
  throw invalid('verb', "Input should be 'START', 'STOP', 'RESTART' or 'RELOAD'");
}
