import { type Fields, fieldAt, isFields, type KubeObject } from '../object.ts';
import type { Column } from '../resources/resource.ts';
import { humanDuration } from './human-duration.ts';

/** How one kind looks as a row of a table. */
export interface Printer {
  readonly columns: readonly Column[];
  /** A cell for each column. @param now Milliseconds since the epoch, for ages. */
  cells(object: KubeObject, now: number): readonly unknown[];
}

/**
 * Columns by name, in order. `*` in front marks those that only `-o wide` shows, `#` behind those
 * that hold numbers.
 */
export function columns(...names: readonly string[]): readonly Column[] {
  return ['Name', ...names].map((text, at) => {
    const name = text.replace(/^\*|#$/g, '');
    return {
      name,
      type: text.endsWith('#') ? 'integer' : 'string',
      format: at === 0 ? 'name' : '',
      description: '',
      priority: text.startsWith('*') ? 1 : 0,
    };
  });
}

/** Time since an RFC 3339 moment. */
export function since(time: unknown, now: number): string {
  return typeof time === 'string' ? humanDuration(now - Date.parse(time)) : '<unknown>';
}

export function age({ metadata }: KubeObject, now: number): string {
  return since(metadata.creationTimestamp, now);
}

export function textAt(object: unknown, path: string, absent = ''): string {
  const value = fieldAt(object, path);
  return value === undefined || value === null ? absent : String(value);
}

export function numberAt(object: unknown, path: string): number {
  return Number(fieldAt(object, path) ?? 0);
}

export function listAt(object: unknown, path: string): readonly Fields[] {
  const value = fieldAt(object, path);
  return Array.isArray(value) ? value.filter(isFields) : [];
}

export function fieldsAt(object: unknown, path: string): Fields {
  const value = fieldAt(object, path);
  return isFields(value) ? value : {};
}

/** `app=web,tier=front`, or `<none>`. */
export function labelText(labels: unknown): string {
  const entries = Object.entries(isFields(labels) ? labels : {}).sort(([a], [b]) =>
    a < b ? -1 : 1,
  );
  return entries.length === 0
    ? '<none>'
    : entries.map(([key, value]) => `${key}=${value}`).join(',');
}

/** Container names and images of a pod template, comma-separated. */
export function containerCells(object: KubeObject): readonly [names: string, images: string] {
  const containers = listAt(object, 'spec.template.spec.containers');
  return [
    containers.map(({ name }) => name).join(','),
    containers.map(({ image }) => image).join(','),
  ];
}

const MODES: Readonly<Record<string, string>> = {
  ReadWriteOnce: 'RWO',
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOncePod: 'RWOP',
};

export function accessModes(value: unknown): string {
  const modes = Array.isArray(value) ? value.map(String) : [];
  return modes.map((mode) => MODES[mode] ?? mode).join(',');
}
