import { createHash, createPrivateKey, createPublicKey } from 'node:crypto';

/** What a node's keys and ids are made from. They are the same in every lab, so they secure nothing. */
export interface Identity {
  readonly nodeId: number;
  readonly name: string;
}

/** Everything of a PKCS #8 X25519 key before its 32 bytes (RFC 8410, section 7). */
const PKCS8_X25519 = Buffer.from('302e020100300506032b656e04220420', 'hex');

/** Stable id of a node, as the control server would hand it out: `n` and a short word. */
export function stableId(node: Identity): string {
  return `n${privateKey(node).toString('hex').slice(0, 10)}CNTRL`;
}

/** Public key of a node in tailscaled's text form. */
export function nodeKey(node: Identity): string {
  return `nodekey:${publicKey(node).toString('hex')}`;
}

/** WireGuard's private key of a node, 32 bytes. */
export function privateKey({ nodeId, name }: Identity): Buffer {
  return createHash('sha256').update(`returnpath lab only ${nodeId} ${name}`).digest();
}

/** The key that `wg` knows a node by, from the text form of the tailnet. */
export function wireguardKey(key: string): string {
  return Buffer.from(key.replace('nodekey:', ''), 'hex').toString('base64');
}

function publicKey(node: Identity): Buffer {
  const der = Buffer.concat([PKCS8_X25519, privateKey(node)]);
  const key = createPublicKey(createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }));
  return Buffer.from(key.export({ format: 'jwk' }).x ?? '', 'base64url');
}
