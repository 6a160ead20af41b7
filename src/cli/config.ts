import { parse } from 'yaml';
import * as z from 'zod';
import { OutsideError } from '../model/outside-error.ts';
import { load } from './render.ts';

const list = <T extends z.ZodType>(item: T) =>
  z.preprocess(
    (value) => (value === undefined || Array.isArray(value) ? value : [value]),
    z.array(item).optional(),
  );

const Config = z.strictObject({
  from: z.string().optional(),
  to: z.string().optional(),
  address: list(z.string()),
  port: list(z.number().int().min(1).max(65_535)),
  control: list(z.string()),
  compare: list(z.string()),
});
export type Config = z.infer<typeof Config>;

/**
 * Reads a configuration file: YAML (or JSON, which is YAML) with the names of the options.
 *
 * @throws {OutsideError} If it cannot be read or holds something else.
 */
export async function readConfig(path: string): Promise<Config> {
  const doing = `read the configuration "${path}"`;
  const text = await load(path);
  let value: unknown;
  try {
    value = parse(text) ?? {};
  } catch (error) {
    const found = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    throw new OutsideError({ doing, found, cause: error });
  }
  const parsed = Config.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new OutsideError({
    doing,
    found: z.prettifyError(parsed.error),
    next: 'it may hold: from, to, address, port, control, compare',
  });
}
