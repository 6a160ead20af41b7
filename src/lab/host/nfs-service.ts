import type { NfsService } from '../truenas/methods/services.ts';

/**
 * Whether the NFS server of this machine has been stopped by its administrator. TrueNAS and NFS are
 * served by one process, so the one may stop the other here.
 */
export interface SwitchedService extends NfsService {
  /** Called, and waited for, whenever the administrator starts or stops it. */
  onChange: (() => Promise<void>) | undefined;
  readonly isEnabled: boolean;
  /** Whether a fault lets it run at all. */
  mayRun: boolean;
}

let isEnabled = true;

export const nfsService: SwitchedService = {
  onChange: undefined,
  mayRun: true,
  get isEnabled() {
    return isEnabled;
  },
  isRunning() {
    return isEnabled && nfsService.mayRun;
  },
  async setEnabled(enabled) {
    isEnabled = enabled;
    await nfsService.onChange?.();
  },
};
