import { hasColour } from './render.ts';

/**
 * Tells a longer run line by line, each with the seconds since it began. On a terminal passing
 * steps overwrite one line; elsewhere they are left out and every line is plain.
 */
export class Story {
  readonly #out: NodeJS.WriteStream;
  readonly #startedMs = performance.now();

  constructor(out: NodeJS.WriteStream) {
    this.#out = out;
  }

  /** A step worth keeping. */
  say(line: string): void {
    this.#clear();
    const seconds = `[${this.#seconds()} s]`;
    const mark = hasColour(this.#out) ? `\u001b[36m${seconds}\u001b[0m` : seconds;
    this.#out.write(`${mark} ${line}\n`);
  }

  /** A step that only tells that something moves. */
  passing(line: string): void {
    if (!this.#out.isTTY) return;
    this.#clear();
    this.#out.write(`[${this.#seconds()} s] ${line.slice(0, (this.#out.columns ?? 80) - 12)}`);
  }

  /** Text that stands for itself, indented. */
  block(text: string): void {
    this.#clear();
    const lines = text.trimEnd().split('\n');
    this.#out.write(`${lines.map((line) => (line === '' ? '' : `    ${line}`)).join('\n')}\n`);
  }

  #clear(): void {
    if (this.#out.isTTY) this.#out.write('\r\u001b[K');
  }

  #seconds(): string {
    return ((performance.now() - this.#startedMs) / 1000).toFixed(1).padStart(4);
  }
}
