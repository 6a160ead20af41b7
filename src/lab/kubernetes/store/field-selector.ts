import { fieldAt, type KubeObject } from '../object.ts';

/** One condition on a field; an object is selected when every one holds. */
export interface FieldRequirement {
  readonly field: string;
  readonly equal: boolean;
  readonly value: string;
}

/** A field that cannot be selected by for this resource. */
export class FieldNotSupported extends Error {
  override readonly name = 'FieldNotSupported';

  constructor(field: string) {
    super(`field label not supported: ${field}`);
  }
}

/**
 * Reads `status.phase!=Failed,spec.nodeName=talos-1`. Values may escape `,`, `=` and `\` by `\`.
 *
 * @param allowed Fields of this resource beyond `metadata.name` and `metadata.namespace`.
 * @throws {SyntaxError} If a term has no operator.
 * @throws {FieldNotSupported} If a field is not allowed.
 */
export function parseFieldSelector(
  text: string,
  allowed: readonly string[],
): readonly FieldRequirement[] {
  return text
    .split(/(?<!\\),/)
    .filter((term) => term !== '')
    .map((term) => {
      const found = /^([^=!]+)(==|!=|=)((?:.|\n)*)$/.exec(term);
      if (!found) throw new SyntaxError(`invalid selector: '${term}'; can't understand '${term}'`);
      const [, field = '', operator = '', value = ''] = found;
      if (!['metadata.name', 'metadata.namespace', ...allowed].includes(field)) {
        throw new FieldNotSupported(field);
      }
      return { field, equal: operator !== '!=', value: value.replace(/\\([\\,=])/g, '$1') };
    });
}

/** Whether every requirement holds; a missing field counts as the empty string. */
export function matchesFields(
  object: KubeObject,
  requirements: readonly FieldRequirement[],
): boolean {
  return requirements.every(({ field, equal, value }) => {
    const found = fieldAt(object, ALIASES[field] ?? field);
    return (textOf(found) === value) === equal;
  });
}

/** Fields whose place in the object differs from their name in the selector. */
const ALIASES: Readonly<Record<string, string>> = {
  reportingComponent: 'source.component',
  source: 'source.component',
};

function textOf(value: unknown): string {
  return value === undefined || value === null ? '' : String(value);
}
