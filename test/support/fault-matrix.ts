/** Faults down, causes across: which fault was told to be which cause. */
export function matrixOf(rows: ReadonlyMap<string, ReadonlySet<string>>): string {
  const causes = [...new Set([...rows.values()].flatMap((found) => [...found]))];
  const width = Math.max(...[...rows.keys()].map(({ length }) => length));
  const legend = causes.map((cause, index) => `${letter(index)} ${cause}`);
  const head = `${''.padEnd(width)}  ${causes.map((_, index) => letter(index)).join(' ')}`;
  const lines = [...rows].map(([fault, found]) => {
    const cells = causes.map((cause) => (found.has(cause) ? 'x' : '.'));
    return `${fault.padEnd(width)}  ${cells.join(' ')}`;
  });
  return `\n${[...legend, '', head, ...lines].join('\n')}\n`;
}

function letter(index: number): string {
  return String.fromCharCode('a'.charCodeAt(0) + index);
}
