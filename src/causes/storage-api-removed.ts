import type { ClusterCase, ClusterCause } from './cause.ts';
import type { Complaint } from './complaints.ts';
import { judgeComplaints } from './judge-complaints.ts';
import { storageCases } from './storage-of.ts';

/** The machine answers, and has no such API: TrueNAS 26 has no REST API any more. */
export const storageApiRemoved: ClusterCause = {
  id: 'storage-api-removed',
  title: 'The storage has no such API any more',
  fixes: [],
  judge: (c) =>
    judgeComplaints(c, {
      signatures: ['api-not-found'],
      quotes: /"statusText":"Not Found"|STATUS(?: CODE)?: 404/,
      proves: /Not Found|404/,
      needsAnswer: true,
      absent: 'no driver was told that its API does not exist',
      isOther: hasRest,
      words: ({ storage, who }) => ({
        because: `${storage} answers the driver with 404: it has no REST API, and this driver knows no other`,
        chain: [
          `${storage} no longer has the REST API /api/v2.0 (TrueNAS 26 removed it), or another machine has its address`,
          "the driver's Probe is answered with 404, so packets go there and come back",
          `${who} cannot become ready`,
        ],
        wouldProve: 'kubectl logs of the csi-driver container, at the time it failed last',
        byHand: {
          now: 'use a driver that speaks the JSON-RPC API of this release, or go back to the release before',
          where: `${storage} and the Helm release of the driver`,
          later: 'before an upgrade of the storage read which API its driver needs',
        },
      }),
    }),
};

/** Without a key a REST API asks for one; then a 404 of the driver was about something else. */
function hasRest({ drivers }: Complaint, c: ClusterCase): boolean {
  return storageCases(c, drivers).some(({ probes }) =>
    probes.some(({ httpStatus }) => httpStatus === 401),
  );
}
