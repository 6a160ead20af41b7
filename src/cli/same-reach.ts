import { quoted } from '../model/shell-text.ts';
import type { ReachOptions } from './run-surroundings.ts';

/**
 * The options by which a later command (`undo`, `resume`) comes to the same cluster and hosts, each
 * with a space before it. A certificate that was once named by its fingerprint is remembered.
 */
export function sameReach(options: ReachOptions): string {
  const { kubeconfig, context, truenasKeyFile } = options;
  const values = { kubeconfig, context, 'truenas-key-file': truenasKeyFile };
  const named = Object.entries(values).map(([name, value]) =>
    value === undefined ? '' : ` --${name} ${quoted(value)}`,
  );
  const { truenasPassword, useCsiCredential, sudo } = options;
  const flags = {
    'truenas-password': truenasPassword,
    'use-csi-credential': useCsiCredential,
    sudo,
  };
  const set = Object.entries(flags).map(([name, isSet]) => (isSet ? ` --${name}` : ''));
  return [...named, ...set].join('');
}
