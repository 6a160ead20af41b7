import { type Fault, NODE_TO_NAS, yields } from './fault.ts';

/** The network is fine; what listens on the NAS is not. */
export const services: readonly Fault[] = [
  {
    id: 'nfs-down',
    title: 'NFS is stopped: port 2049 refuses',
    settings: [{ kind: 'daemon', host: 'nas', daemon: 'nfs', mode: 'closed' }],
    question: NODE_TO_NAS,
    expect: yields('service-refused'),
  },
  {
    id: 'api-hangs',
    title: 'The TrueNAS API accepts connections and never answers',
    settings: [{ kind: 'daemon', host: 'nas', daemon: 'truenas', mode: 'silent' }],
    question: NODE_TO_NAS,
    expect: yields('service-silent'),
  },
  {
    id: 'api-down-nfs-up',
    title: 'The TrueNAS API is stopped, NFS serves',
    settings: [{ kind: 'daemon', host: 'nas', daemon: 'truenas', mode: 'closed' }],
    question: NODE_TO_NAS,
    expect: yields('storage-api-refused'),
  },
];

/** Nobody answers ARP for the NAS. */
export const nasOff: Fault = {
  id: 'nas-off',
  title: 'The NAS is switched off',
  settings: [{ kind: 'off', host: 'nas' }],
  question: NODE_TO_NAS,
  expect: yields('host-absent'),
};
