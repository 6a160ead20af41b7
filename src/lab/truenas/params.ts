import { invalid } from './call-error.ts';

/** The parameter as text. @throws {ValidationErrors} If it is none. */
export function textAt(params: readonly unknown[], index: number, name: string): string {
  const value = params[index];
  if (typeof value !== 'string') throw invalid(name, 'Input should be a valid string');
  return value;
}

/** The parameter as a whole number. @throws {ValidationErrors} If it is none. */
export function integerAt(params: readonly unknown[], index: number, name: string): number {
  const value = params[index];
  if (!Number.isInteger(value)) throw invalid(name, 'Input should be a valid integer');
  return value as number;
}

/** The parameter as an object; absent: an empty one. @throws {ValidationErrors} If it is none. */
export function objectAt(
  params: readonly unknown[],
  index: number,
  name: string,
): Readonly<Record<string, unknown>> {
  const value = params[index] ?? {};
  if (typeof value !== 'object' || Array.isArray(value)) {
    throw invalid(name, 'Input should be a valid dictionary');
  }
  return value as Readonly<Record<string, unknown>>;
}

/** A field of an object parameter, of one type. @throws {ValidationErrors} If it has another. */
export function fieldOf<T>(
  object: Readonly<Record<string, unknown>>,
  name: string,
  { type, fallback }: { readonly type: 'string' | 'number' | 'boolean'; readonly fallback?: T },
): T {
  const value = object[name] ?? fallback;
  if (value === undefined) throw invalid(name, 'Field required');
  if (value !== null && typeof value !== type) {
    throw invalid(name, `Input should be a valid ${type}`);
  }
  return value as T;
}
