import type { ClusterCause } from './cause.ts';
import { judgeComplaints } from './judge-complaints.ts';

/** TLS is spoken, and the driver does not believe the certificate. */
export const storageTlsUntrusted: ClusterCause = {
  id: 'storage-tls-untrusted',
  title: "The driver does not trust the storage's certificate",
  fixes: [],
  judge: (c) =>
    judgeComplaints(c, {
      signatures: ['tls-not-trusted', 'tls-expired', 'tls-other-name'],
      quotes:
        /self[- ]signed certificate|unable to \w+ [\w ]*certificate|x509: [^"]*|certificate has expired|altnames[^"]*/,
      proves: /certificate/,
      needsAnswer: true,
      absent: 'no driver complained of a certificate',
      words: ({ storage, who, first }) => ({
        because: `${storage} shows a certificate that the driver does not trust (${WHY[first.signature.id] ?? 'unknown issuer'})`,
        chain: [
          `the certificate of ${storage} is not one that the driver can check`,
          'the driver ends the TLS handshake, so packets go there and come back',
          `${who} cannot become ready`,
        ],
        wouldProve: 'kubectl logs of the csi-driver container, at the time it failed last',
        byHand: {
          now: "give the driver the issuer's certificate (democratic-csi: extraCaCerts), or set allowInsecure: true",
          where: "the driver's configuration",
          later:
            'an http address that the storage redirects to https ends here as well: write https yourself',
        },
      }),
    }),
};

const WHY: Readonly<Record<string, string>> = {
  'tls-not-trusted': 'self-signed, or of an unknown issuer',
  'tls-expired': 'out of date, or a clock is wrong',
  'tls-other-name': 'for another name',
};
