import { isDeepStrictEqual } from 'node:util';
import { type Fields, isFields } from '../object.ts';

/**
 * Applies a JSON patch (RFC 6902).
 *
 * @throws {SyntaxError} If the patch is malformed, a path is missing or a `test` fails; the
 * message is what the API answers.
 */
export function jsonPatch(target: unknown, patch: unknown): unknown {
  if (!Array.isArray(patch)) throw new SyntaxError('json patch must be an array of operations');
  return patch.reduce<unknown>((document, operation) => step(document, operation), target);
}

function step(document: unknown, operation: unknown): unknown {
  if (!isFields(operation)) throw new SyntaxError('json patch operation must be an object');
  const path = pointer(operation, 'path');
  switch (operation['op']) {
    case 'add':
      return write(document, path, { value: operation['value'], insert: true });
    case 'replace':
      read(document, path);
      return write(document, path, { value: operation['value'], insert: false });
    case 'remove':
      return remove(document, path);
    case 'copy':
      return write(document, path, {
        value: read(document, pointer(operation, 'from')),
        insert: true,
      });
    case 'move': {
      const from = pointer(operation, 'from');
      const value = read(document, from);
      return write(remove(document, from), path, { value, insert: true });
    }
    case 'test':
      if (isDeepStrictEqual(read(document, path), operation['value'])) return document;
      throw new SyntaxError(`testing path ${String(operation['path'])}: test failed`);
    default:
      throw new SyntaxError(`unexpected json patch operation "${String(operation['op'])}"`);
  }
}

function pointer(operation: Fields, field: 'path' | 'from'): readonly string[] {
  const text = operation[field];
  if (text === '') return [];
  if (typeof text !== 'string' || !text.startsWith('/')) {
    throw new SyntaxError(`json patch ${field} must start with "/"`);
  }
  const steps = text.slice(1).split('/');
  return steps.map((word) => word.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function missing(path: readonly string[]): SyntaxError {
  return new SyntaxError(`json patch path "/${path.join('/')}" does not exist`);
}

function read(document: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((at, word) => {
    if (Array.isArray(at) && Number(word) < at.length) return at[Number(word)];
    if (isFields(at) && word in at) return at[word];
    throw missing(path);
  }, document);
}

function write(
  document: unknown,
  path: readonly string[],
  change: { readonly value: unknown; readonly insert: boolean },
): unknown {
  const [word, ...rest] = path;
  if (word === undefined) return change.value;
  if (Array.isArray(document)) {
    const index = word === '-' ? document.length : Number(word);
    if (!Number.isInteger(index) || index > document.length) throw missing(path);
    if (rest.length > 0) {
      return document.map((item, at) => (at === index ? write(item, rest, change) : item));
    }
    return document.toSpliced(index, change.insert ? 0 : 1, change.value);
  }
  if (!isFields(document) || (rest.length > 0 && !(word in document))) throw missing(path);
  return { ...document, [word]: write(document[word], rest, change) };
}

function remove(document: unknown, path: readonly string[]): unknown {
  read(document, path);
  const [word = '', ...rest] = path;
  if (Array.isArray(document)) {
    const index = Number(word);
    if (rest.length === 0) return document.toSpliced(index, 1);
    return document.map((item, at) => (at === index ? remove(item, rest) : item));
  }
  const copy: Record<string, unknown> = isFields(document) ? { ...document } : {};
  if (rest.length === 0) delete copy[word];
  else copy[word] = remove(copy[word], rest);
  return copy;
}
