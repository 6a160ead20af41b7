import type { ClusterCause } from './cause.ts';
import { judgeComplaints } from './judge-complaints.ts';

/** The storage's API answers the driver that it may not enter. */
export const storageApiKeyRefused: ClusterCause = {
  id: 'storage-api-key-refused',
  title: "The storage refuses the driver's API key",
  fixes: [],
  judge: (c) =>
    judgeComplaints(c, {
      signatures: ['api-unauthorized', 'api-forbidden'],
      quotes: /"statusText":"[^"]*"|STATUS(?: CODE)?: 40[13]|status code 40[13]/,
      // 403 may be about one request of a key that is good
      proves: /Unauthorized|401/,
      needsAnswer: true,
      absent: 'no driver was refused by the API of its storage',
      words: ({ storage, who }) => ({
        because: `${storage} answers the driver with 401: its API key or password is not accepted`,
        chain: [
          `the API of ${storage} does not know the key in the driver's configuration`,
          "the driver's Probe is answered with 401, so packets go there and come back",
          `${who} cannot become ready`,
        ],
        wouldProve: 'kubectl logs of the csi-driver container, at the time it failed last',
        byHand: {
          now: 'make a new API key on the storage, put it into the Secret with the driver-config-file.yaml and restart the controllers',
          where: storage,
          later:
            'use https in httpConnection: TrueNAS 25.04 and later revokes a key that comes over plain http',
        },
      }),
    }),
};
