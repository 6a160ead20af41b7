import type { MessageCategory } from '../../model/cluster-message.ts';

/** Where a message of some shape is met. A name in brackets of a log is the container. */
export type SeenAt =
  | { readonly is: 'event'; readonly reasons: readonly string[] }
  | { readonly is: 'log'; readonly containers: readonly string[] }
  | { readonly is: 'status' }
  | { readonly is: 'node-log' };

/** One shape of message: how it is recognised, and what it does and does not let one conclude. */
export interface MessageShape {
  /** Kebab-case and permanent: reports quote it. */
  readonly id: string;
  readonly category: MessageCategory;
  /** Tried on one line at a time, or on a whole event. */
  readonly pattern: RegExp;
  readonly seenAt: readonly SeenAt[];
  /** What happened, in one sentence without full stop. */
  readonly meaning: string;
  readonly proves: string;
  /** What one is tempted to conclude and must not. */
  readonly provesNot: string;
  /** Texts as programs print them; each must be recognised. */
  readonly examples: readonly string[];
}

export const SIDECARS: SeenAt = {
  is: 'log',
  containers: [
    'external-attacher',
    'external-provisioner',
    'external-resizer',
    'external-snapshotter',
    'csi-attacher',
    'csi-provisioner',
    'csi-resizer',
    'csi-snapshotter',
  ],
};
export const DRIVER: SeenAt = { is: 'log', containers: ['csi-driver', 'csi-plugin', 'nfs'] };
export const MOUNT: SeenAt = { is: 'event', reasons: ['FailedMount'] };
export const ATTACH: SeenAt = { is: 'event', reasons: ['FailedAttachVolume'] };
export const PROVISION: SeenAt = { is: 'event', reasons: ['ProvisioningFailed'] };
export const UNHEALTHY: SeenAt = { is: 'event', reasons: ['Unhealthy'] };
