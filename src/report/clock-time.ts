/** `03:07:41`, for a time in milliseconds since the epoch and minutes east of UTC. */
export function clockTime(unixMs: number, utcOffsetMinutes: number): string {
  return new Date(unixMs + utcOffsetMinutes * 60_000).toISOString().slice(11, 19);
}

/** `2026-03-01 03:07:41 +01:00`. */
export function dateTime(unixMs: number, utcOffsetMinutes: number): string {
  const local = new Date(unixMs + utcOffsetMinutes * 60_000).toISOString();
  const sign = utcOffsetMinutes < 0 ? '-' : '+';
  const minutes = Math.abs(utcOffsetMinutes);
  const pad = (n: number) => String(n).padStart(2, '0');
  const zone = `${sign}${pad(Math.floor(minutes / 60))}:${pad(minutes % 60)}`;
  return `${local.slice(0, 10)} ${local.slice(11, 19)} ${zone}`;
}
