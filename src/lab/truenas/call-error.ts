/** The errno values that the middleware uses of Linux, and its own from 201. */
export const ERRNO = {
  ENOENT: 2,
  EIO: 5,
  EACCES: 13,
  EFAULT: 14,
  EBUSY: 16,
  EEXIST: 17,
  EINVAL: 22,
  ETOOMANYREFS: 109,
  ENOMETHOD: 201,
  ENOTAUTHENTICATED: 207,
} as const;
export type Errno = keyof typeof ERRNO;

/** [attribute, message, errno] */
type FieldError = readonly [string | null, string, number];

/** What a method answers with instead of a result; its message starts with the errno's name. */
export class CallError extends Error {
  readonly errname: Errno;
  readonly extra: unknown;

  constructor(reason: string, errname: Errno = 'EFAULT', extra: unknown = null) {
    super(`[${errname}] ${reason}`);
    this.name = 'CallError';
    this.errname = errname;
    this.extra = extra;
  }
}

/** Parameters that are not as the method takes them. */
export class ValidationErrors extends Error {
  readonly errors: readonly FieldError[];

  constructor(errors: readonly FieldError[]) {
    super(errors.map(([field, text, errno]) => `[${nameOf(errno)}] ${field}: ${text}`).join('\n'));
    this.name = 'ValidationErrors';
    this.errors = errors;
  }
}

/** One field that is wrong. */
export function invalid(
  field: string | null,
  text: string,
  errname: Errno = 'EINVAL',
): ValidationErrors {
  return new ValidationErrors([[field, text, ERRNO[errname]]]);
}

export function nameOf(errno: number): string {
  return Object.entries(ERRNO).find(([, value]) => value === errno)?.[0] ?? 'EUNKNOWN';
}
