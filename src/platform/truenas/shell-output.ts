import { Buffer } from 'node:buffer';

export interface ShellEnd {
  readonly exitCode: number | undefined;
  readonly stderr: string;
}

/**
 * Finds in what a terminal shows the lines between the marks of {@link ShellCode}, wherever it is
 * cut into pieces and whatever else the terminal prints.
 */
export class ShellOutput {
  readonly #mark: string;
  readonly #ready: string;
  readonly #decoder = new TextDecoder();
  readonly #onReady: () => void;
  readonly #onOutput: (text: string, bytes: number) => void;
  readonly #onEnd: (end: ShellEnd) => void;
  #rest = '';
  #inside: 'nothing' | 'output' | 'end' = 'nothing';
  #lines: string[] = [];
  /** The last of what is no output of the script, to tell why nothing came. */
  #said = '';

  constructor(
    { mark, ready }: { readonly mark: string; readonly ready: string },
    on: {
      readonly ready: () => void;
      readonly output: (text: string, bytes: number) => void;
      readonly end: (end: ShellEnd) => void;
    },
  ) {
    this.#mark = mark;
    this.#ready = ready;
    this.#onReady = on.ready;
    this.#onOutput = on.output;
    this.#onEnd = on.end;
  }

  get said(): string {
    return `${this.#said} ${this.#rest}`.trim();
  }

  push(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#take(line.replaceAll('\r', ''));
  }

  #take(line: string): void {
    const at = line.indexOf(this.#mark);
    if (at < 0) {
      if (this.#inside === 'nothing') this.#said = line.trim() || this.#said;
      else this.#lines.push(line);
      return;
    }
    const word = line.slice(at + this.#mark.length).trim();
    if (this.#mark + word === this.#ready) this.#onReady();
    else if (word === '+') this.#begin('output');
    else if (word === '<') this.#begin('end');
    else if (word === '.' && this.#inside === 'output') this.#endOutput();
    else if (word === '>' && this.#inside === 'end') this.#endAll();
  }

  #begin(inside: 'output' | 'end'): void {
    this.#inside = inside;
    this.#lines = [];
  }

  #endOutput(): void {
    const bytes = Buffer.from(this.#lines.join(''), 'base64');
    this.#inside = 'nothing';
    this.#onOutput(this.#decoder.decode(bytes, { stream: true }), bytes.length);
  }

  /** The exit code came before standard error had ended, through the same pipe. */
  #endAll(): void {
    this.#inside = 'nothing';
    const [code = '', ...rest] = this.#lines;
    const exitCode = Number.parseInt(code, 10);
    const stderr = Buffer.from(rest.join(''), 'base64').toString('utf8');
    this.#onEnd({ exitCode: Number.isNaN(exitCode) ? undefined : exitCode, stderr });
  }
}
