import { PASTE_LINE_LENGTH } from '../../readers/paste.ts';

export interface PasteOptions {
  /** From {@link newPasteTag}. */
  readonly tag: string;
  /** Run it by sudo, which asks for its password in that terminal. */
  readonly sudo?: boolean | undefined;
}

/** A word for one question, in front of every line of its answer. */
export function newPasteTag(): string {
  const letters = 'abcdefghijklmnopqrstuvwxyz0123456789';
  const bytes = crypto.getRandomValues(new Uint8Array(6));
  return `rp${Array.from(bytes, (byte) => letters[byte % letters.length]).join('')}`;
}

/**
 * One line for any shell (bash, zsh, sh) that runs some code there and prints its output and exit
 * code so that they survive a terminal and a clipboard; `readPasted` reads them back. It needs
 * base64, gzip, fold and awk, as every Debian and so TrueNAS has, and writes no file.
 *
 * @param code POSIX shell code; its standard input is empty.
 */
export async function pasteLine(code: string, { tag, sudo }: PasteOptions): Promise<string> {
  const packed = toBase64(await gzipped(pasteCode(code, tag)));
  return `echo ${packed}|base64 -d|gzip -dc|${sudo ? 'sudo ' : ''}sh`;
}

/**
 * The code with what packs its output: gzip, base64, lines that are numbered and have a checksum.
 * The last line of the output is the exit code.
 */
export function pasteCode(code: string, tag: string): string {
  return `o=$({ (
${code}
) 2>&1
printf '\\n%s' "$?"
} </dev/null | gzip -9c | base64 | tr -d '\\n')
echo '--- copy from here'
printf '%s\\n' "$o" | fold -w${PASTE_LINE_LENGTH} | awk -v t=${tag} -v n=$(((\${#o}+${PASTE_LINE_LENGTH - 1})/${PASTE_LINE_LENGTH})) 'BEGIN{for(i=33;i<127;i++)v[sprintf("%c",i)]=i}
{s=NR;for(i=1;i<=length($0);i++)s=(s*31+v[substr($0,i,1)])%9973
printf "%s%04d/%04d.%s.%04d\\n",t,NR,n,$0,s}'
echo '--- to here'
`;
}

async function gzipped(text: string): Promise<Uint8Array> {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream('gzip'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

function toBase64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
}
