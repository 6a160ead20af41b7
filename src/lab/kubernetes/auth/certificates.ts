import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { isIPv4 } from 'node:net';
import * as der from './der.ts';

/** A certificate and its key, as PEM. */
export interface KeyPair {
  readonly certificate: string;
  readonly key: string;
}

export interface Authority {
  /** The authority's own certificate, which clients trust. */
  readonly certificate: string;
  /** For a server that is reached under these IPv4 addresses and names. */
  serverCertificate(names: readonly string[]): KeyPair;
  /** For a user: the common name is the user, each organisation a group. */
  clientCertificate(user: string, groups: readonly string[]): KeyPair;
}

const OID = {
  commonName: '2.5.4.3',
  organization: '2.5.4.10',
  basicConstraints: '2.5.29.19',
  keyUsage: '2.5.29.15',
  extendedKeyUsage: '2.5.29.37',
  alternativeName: '2.5.29.17',
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
} as const;

const DAY_MS = 86_400_000;
/** digitalSignature, and keyCertSign + cRLSign; as bit strings with their unused bits. */
const USAGE = {
  leaf: der.bitString(Buffer.from([0x80]), 7),
  authority: der.bitString(Buffer.from([0x06]), 1),
};

/** A certificate authority of the cluster's own, on P-256 keys. */
export function createAuthority(commonName: string, nowUnixMs: number): Authority {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const name = subject(commonName, []);
  const issue = (asked: Pick<Certificate, 'subject' | 'publicKey' | 'extensions'>): string =>
    issueCertificate({ ...asked, issuer: name, signer: pair.privateKey, nowUnixMs });
  const leaf = (who: Buffer, extensions: readonly Buffer[]): KeyPair => {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    return {
      certificate: issue({ subject: who, publicKey, extensions }),
      key: privateKey.export({ type: 'sec1', format: 'pem' }).toString(),
    };
  };
  return {
    certificate: issue({
      subject: name,
      publicKey: pair.publicKey,
      extensions: [
        extension(OID.basicConstraints, der.sequence(der.boolean(true))),
        extension(OID.keyUsage, USAGE.authority),
      ],
    }),
    serverCertificate: (names) =>
      leaf(subject('kube-apiserver', []), [
        extension(OID.keyUsage, USAGE.leaf),
        extension(OID.extendedKeyUsage, der.sequence(der.objectId(OID.serverAuth))),
        extension(OID.alternativeName, der.sequence(...names.map(alternativeName))),
      ]),
    clientCertificate: (user, groups) =>
      leaf(subject(user, groups), [
        extension(OID.keyUsage, USAGE.leaf),
        extension(OID.extendedKeyUsage, der.sequence(der.objectId(OID.clientAuth))),
      ]),
  };
}

interface Certificate {
  readonly subject: Buffer;
  readonly issuer: Buffer;
  readonly publicKey: KeyObject;
  readonly signer: KeyObject;
  readonly extensions: readonly Buffer[];
  readonly nowUnixMs: number;
}

/** An X.509 v3 certificate (RFC 5280, section 4.1), valid from a day ago for a year. */
function issueCertificate(asked: Certificate): string {
  const algorithm = der.sequence(der.objectId(OID.ecdsaWithSha256));
  const serial = randomBytes(16);
  serial[0] = (serial[0] ?? 0) | 0x40;
  const body = der.sequence(
    der.explicit(0, der.integer(Buffer.from([2]))),
    der.integer(serial),
    algorithm,
    asked.issuer,
    der.sequence(
      der.utcTime(asked.nowUnixMs - DAY_MS),
      der.utcTime(asked.nowUnixMs + 365 * DAY_MS),
    ),
    asked.subject,
    asked.publicKey.export({ type: 'spki', format: 'der' }),
    der.explicit(3, der.sequence(...asked.extensions)),
  );
  const signature = der.bitString(sign('sha256', body, asked.signer));
  return pem(der.sequence(body, algorithm, signature));
}

function subject(commonName: string, groups: readonly string[]): Buffer {
  const part = (id: string, text: string): Buffer =>
    der.setOf(der.sequence(der.objectId(id), der.utf8(text)));
  return der.sequence(
    ...groups.map((group) => part(OID.organization, group)),
    part(OID.commonName, commonName),
  );
}

function extension(id: string, value: Buffer): Buffer {
  return der.sequence(der.objectId(id), der.octetString(value));
}

/** RFC 5280 GeneralName: iPAddress is [7], dNSName [2]. */
function alternativeName(name: string): Buffer {
  if (isIPv4(name)) return der.implicit(7, Buffer.from(name.split('.').map(Number)));
  return der.implicit(2, Buffer.from(name, 'ascii'));
}

function pem(bytes: Buffer): string {
  const lines = bytes.toString('base64').replace(/.{64}/g, '$&\n').trimEnd();
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
}
