import type { Errno } from './decision.ts';

/** Errors as small numbers for the numeric paths; 0 is success. */
export const OK = 0;
/** Nothing matched here, ask the next rule. */
export const EAGAIN = 1;
export const ENETUNREACH = 2;
export const EHOSTUNREACH = 3;
export const EACCES = 4;
export const EINVAL = 5;
export const EXDEV = 6;
export const ENODEV = 7;
export const EADDRNOTAVAIL = 8;

const NAMES: readonly Errno[] = [
  'EAGAIN',
  'ENETUNREACH',
  'EHOSTUNREACH',
  'EACCES',
  'EINVAL',
  'EXDEV',
  'ENODEV',
  'EADDRNOTAVAIL',
];

/** @throws {RangeError} If `error` is success or none of ours. */
export function errnoName(error: number): Errno {
  const name = NAMES[error - 1];
  if (!name) throw new RangeError(`Cannot name an error: current value is ${error}`);
  return name;
}
