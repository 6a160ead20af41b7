import { OutsideError } from '../../model/outside-error.ts';
import type { KubeRight } from '../../ports/kubernetes.ts';

/** A Status object of the API, as far as it is used. */
export interface KubeStatus {
  readonly message?: string;
  readonly reason?: string;
  readonly code?: number;
  readonly metadata?: { readonly continue?: string };
}

const TLS_NEXT =
  'check certificate-authority-data, tls-server-name and the address in the kubeconfig';

/** Codes of Node.js → what was found, and what to do. */
const BY_CODE: Readonly<Record<string, readonly [found: string, next: string]>> = {
  ECONNREFUSED: [
    'the connection was refused',
    'check that the API server runs and the address is right',
  ],
  ETIMEDOUT: [
    'nothing answered',
    'check the way from here to the API server: a VPN, a tailnet, a firewall',
  ],
  EHOSTUNREACH: ['there is no way to that host', 'check the way from here to the API server'],
  ENETUNREACH: ['this machine has no route there', 'check the way from here to the API server'],
  ENOTFOUND: ['its name cannot be resolved', 'check the server address in the kubeconfig, or DNS'],
  EAI_AGAIN: ['DNS gave no answer', 'check DNS, or write an address into the kubeconfig'],
  ECONNRESET: [
    'the connection was cut',
    'check that server and scheme in the kubeconfig are right',
  ],
  EPIPE: ['the connection was cut', 'try again'],
  EPROTO: ['it does not speak TLS there', 'check whether the server is http or https'],
  CERT_HAS_EXPIRED: [
    'its certificate has expired',
    'renew it, and check the clock of this machine',
  ],
  ERR_TLS_CERT_ALTNAME_INVALID: ['its certificate is for another name', TLS_NEXT],
  DEPTH_ZERO_SELF_SIGNED_CERT: ['its certificate is not trusted (self-signed)', TLS_NEXT],
  SELF_SIGNED_CERT_IN_CHAIN: ['its certificate is not trusted (own authority)', TLS_NEXT],
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: ['its certificate is not trusted', TLS_NEXT],
  UNABLE_TO_GET_ISSUER_CERT: ['its certificate is not trusted', TLS_NEXT],
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: ['its certificate is not trusted', TLS_NEXT],
};

/** What a failed connection means, in words. */
export function connectionProblem(doing: string, error: unknown): OutsideError {
  if (error instanceof OutsideError) return error;
  const { code = '', message = String(error) } = error as NodeJS.ErrnoException;
  const [found, next] = BY_CODE[code] ?? byText(code, message);
  return new OutsideError({
    doing,
    found: code === '' ? found : `${found} (${code})`,
    next,
    cause: error,
  });
}

function byText(code: string, message: string): readonly [string, string] {
  if (/alert certificate (?:expired|required|unknown)|bad certificate/i.test(message)) {
    return ['it refused our client certificate', 'renew the kubeconfig'];
  }
  if (/^ERR_SSL_|^ERR_OSSL/.test(code)) return [`TLS failed: ${message.slice(0, 200)}`, TLS_NEXT];
  return [message.slice(0, 300), 'check the way from here to the API server'];
}

/** What an answer with an error code means, where it is neither a refusal nor an absence. */
export function answerProblem(doing: string, code: number, status: KubeStatus): OutsideError {
  const message = status.message ?? '';
  const words = message === '' ? `HTTP ${code}` : `${message.slice(0, 300)} (${code})`;
  return new OutsideError({
    doing,
    found: code === 401 ? unauthorized(words) : words,
    next: nextOf(code),
  });
}

function unauthorized(words: string): string {
  return `the API server does not accept the credentials: ${words}`;
}

function nextOf(code: number): string {
  if (code === 401)
    return 'the token or certificate has expired or is wrong: log in again, as you do for kubectl';
  if (code === 429 || code >= 500) return 'the API server is overloaded or unwell: try again';
  return 'check that the server in the kubeconfig is a Kubernetes API';
}

/** `list pods in all namespaces`, as a right reads in a sentence. */
export function rightText({ verb, group, resource, namespace }: KubeRight): string {
  const kind = group ? `${resource}.${group}` : resource;
  return `${verb} ${kind} ${namespace === undefined ? 'in all namespaces' : `in namespace ${namespace}`}`;
}
