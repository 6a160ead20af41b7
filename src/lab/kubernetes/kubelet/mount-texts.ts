import type { MountAsk, MountOutcome } from './runner.ts';

type Failure = Exclude<MountOutcome, { is: 'mounted' }>['is'];

/** Who does the mounting, which decides how a failure is wrapped. */
export type Mounter =
  | { readonly is: 'democratic-csi' }
  | { readonly is: 'csi-driver'; readonly targetPath: string }
  | { readonly is: 'in-tree'; readonly targetPath: string };

/**
 * What a kubelet says when mounting failed, behind `MountVolume.… failed for volume "x" : `.
 *
 * Sources: nfs-utils utils/mount/error.c for the helper's words; democratic-csi wraps the exit of
 * its child as JSON and ends it after 30 s; csi-driver-nfs and the kubelet print the command.
 */
export function mountFailure(failure: Failure, ask: MountAsk, mounter: Mounter): string {
  if (mounter.is === 'democratic-csi')
    return `rpc error: code = Internal desc = ${json(failure, ask)}`;
  const source = `${ask.server}:${ask.share}`;
  const command = `mount failed: exit status 32\nMounting command: mount\nMounting arguments: -t nfs ${source} ${mounter.targetPath}\nOutput: ${helperText(failure, ask)}\n`;
  return mounter.is === 'in-tree' ? command : `rpc error: code = Internal desc = ${command}`;
}

function json(failure: Failure, ask: MountAsk): string {
  if (failure === 'timed-out' && ask.protocol === 'nfs') {
    return JSON.stringify({ code: null, stdout: '', stderr: '', timeout: true });
  }
  if (ask.protocol === 'nfs') {
    return JSON.stringify({ code: 32, stdout: '', stderr: `${helperText(failure, ask)}\n` });
  }
  const portal = `${ask.server},${ask.port}`;
  const login = `Logging in to [iface: default, target: ${ask.share}, portal: ${portal}]\n`;
  const { code, text } = ISCSI[failure] ?? ISCSI_REFUSED;
  const stderr = `iscsiadm: Could not login to [iface: default, target: ${ask.share}, portal: ${portal}].\niscsiadm: initiator reported error (${code} - ${text})\niscsiadm: Could not log into all portals\n`;
  return JSON.stringify({ code, stdout: login, stderr });
}

const ISCSI_REFUSED = { code: 19, text: 'encountered non-retryable iSCSI login failure' };
const ISCSI: Readonly<Partial<Record<Failure, { readonly code: number; readonly text: string }>>> =
  {
    'timed-out': { code: 8, text: 'connection timed out' },
    'no-route': { code: 8, text: 'connection timed out' },
    refused: { code: 4, text: 'encountered connection failure' },
    denied: { code: 24, text: 'iSCSI login failed due to authorization failure' },
  };

function helperText(failure: Failure, { server, share }: MountAsk): string {
  const source = `${server}:${share}`;
  switch (failure) {
    case 'timed-out':
      return 'mount.nfs: Connection timed out';
    case 'refused':
      return 'mount.nfs: Connection refused';
    case 'no-route':
      return 'mount.nfs: No route to host';
    case 'denied':
      return `mount.nfs: access denied by server while mounting ${source}`;
    case 'no-such-export':
      return `mount.nfs: mounting ${source} failed, reason given by server: No such file or directory`;
    case 'not-resolved':
      return `mount.nfs: Failed to resolve server ${server}: Name or service not known`;
    case 'helper-missing':
      return `mount: ${source}: bad option; for several filesystems (e.g. nfs, cifs) you might need a /sbin/mount.<type> helper program.`;
  }
}
