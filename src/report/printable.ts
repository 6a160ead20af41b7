/** Names and texts come from outside; a terminal must not obey them. */
export function printable(line: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return line.replace(/[\u0000-\u001f\u007f-\u009f]/g, '?');
}

/** The same value with every text in it {@link printable}, keys left alone. */
export function printableAll<T>(value: T): T {
  if (typeof value === 'string') return printable(value) as T;
  if (Array.isArray(value)) return value.map(printableAll) as T;
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, one]) => [key, printableAll(one)]);
  return Object.fromEntries(entries) as T;
}
