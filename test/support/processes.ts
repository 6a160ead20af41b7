import { readdirSync, readFileSync } from 'node:fs';

/** Command lines of running processes that contain a text. */
export function commandsMatching(text: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .map((pid) => commandOf(`/proc/${pid}/cmdline`))
    .filter((command) => command.includes(text));
}

function commandOf(file: string): string {
  try {
    return readFileSync(file, 'utf8').replaceAll('\0', ' ');
  } catch (error) {
    // it ended while we looked
    if (error instanceof Error && 'code' in error) return '';
    throw error;
  }
}
