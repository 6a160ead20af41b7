import type { ProbeOutcome } from '../../model/observation.ts';

/**
 * What the kernel's answer to connect(2) says about the way there.
 *
 * Source: connect(2), ip(7), tcp(7); ip-route(8) for the errors of route types (prohibit EACCES,
 * blackhole EINVAL, unreachable EHOSTUNREACH); EPERM comes from a local packet filter.
 */
const OUTCOME: Readonly<Record<string, ProbeOutcome>> = {
  ECONNREFUSED: 'refused',
  ECONNRESET: 'reset',
  ECONNABORTED: 'reset',
  EPIPE: 'reset',
  ETIMEDOUT: 'timed-out',
  EHOSTUNREACH: 'unreachable',
  EHOSTDOWN: 'unreachable',
  ENETUNREACH: 'unreachable',
  ENETDOWN: 'unreachable',
  ENONET: 'unreachable',
  ENOKEY: 'unreachable',
  EACCES: 'unreachable',
  EPERM: 'unreachable',
  EINVAL: 'unreachable',
};

/** `not-run` for what says nothing about the network, such as a source address that is not ours. */
export function outcomeOfErrno(code: string | undefined): ProbeOutcome {
  return OUTCOME[code ?? ''] ?? 'not-run';
}
