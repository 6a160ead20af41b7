import type { ClusterCause } from './cause.ts';
import { judgeComplaints } from './judge-complaints.ts';

/** Driver and storage talk to each other and do not agree on what is said. */
export const driverContractRefused: ClusterCause = {
  id: 'driver-contract-refused',
  title: "Driver and storage are of versions that don't fit",
  fixes: [],
  judge: (c) =>
    judgeComplaints(c, {
      signatures: ['api-contract'],
      quotes:
        /only availa\S+ with TrueNAS SCALE|code: 422 body:.*?\]|Extra inputs[^"]*|Field was not expected/,
      // any page that is answered with 200 counts as a version, so the other words are weaker
      proves: /code: 422 body:.*(?:Extra inputs are not permitted|Field was not expected)/,
      needsAnswer: true,
      absent: 'no driver was told that its request has another form',
      words: ({ storage, who }) => ({
        because: `${storage} refuses what the driver asks for: it is of a version that the driver does not fit`,
        chain: [
          `${storage} was upgraded, or the driver was, and the other was not`,
          'it answers with 422 that a field of the request is unknown, so packets go there and come back',
          `${who} waits for what is never made`,
        ],
        wouldProve: 'the body of the answer 422, in kubectl logs of the csi-driver container',
        byHand: {
          now: "use the driver's image for this release of the storage (democratic-csi: tag next)",
          where: 'the Helm release of the driver',
          later: 'pin the image of the driver, and change it together with the storage',
        },
      }),
    }),
};
