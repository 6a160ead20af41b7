import type { HostFacts } from '../model/host.ts';

/** What a plan must say where it would act with the key of another program. */
export function lentCredential({ name, truenas }: HostFacts): string[] {
  const from = truenas?.credentialFrom;
  return from === undefined
    ? []
    : [`acts on ${name} with the credential of ${from}, as --use-csi-credential says`];
}
