const UNIT_MS: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  y: 31_536_000_000,
};

/** Milliseconds of a duration as kubectl prints it (`5m12s`, `3d4h`), or `undefined`. */
export function readAge(text: string): number | undefined {
  if (!/^(?:\d+[smhdy])+$/.test(text)) return undefined;
  let ms = 0;
  for (const [, amount = '', unit = ''] of text.matchAll(/(\d+)([smhdy])/g)) {
    ms += Number(amount) * (UNIT_MS[unit] ?? 0);
  }
  return ms;
}

/** When and how often, as the Age column of events tells: `12s (x5 over 3m)`. */
export interface Occurrence {
  readonly lastAgoMs: number;
  readonly firstAgoMs: number;
  readonly count: number;
}

export function readOccurrence(text: string): Occurrence | undefined {
  const [, last = '', count, span = ''] =
    /^(\S+)(?:\s+\(x(\d+)(?: over (\S+))?\))?$/.exec(text.trim()) ?? [];
  const lastAgoMs = readAge(last);
  if (lastAgoMs === undefined) return undefined;
  return {
    lastAgoMs,
    firstAgoMs: readAge(span) ?? lastAgoMs,
    count: count === undefined ? 1 : Number(count),
  };
}
