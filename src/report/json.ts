import type { Diagnosis } from '../model/diagnosis.ts';

/** A diagnosis as JSON text; its shape is schema/diagnosis.json. */
export function toJson(diagnosis: Diagnosis): string {
  return `${JSON.stringify(diagnosis, null, 2)}\n`;
}
