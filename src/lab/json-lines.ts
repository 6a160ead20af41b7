import type { Socket } from 'node:net';

/** A longer line is no message of ours. */
const LINE_LIMIT_CHARS = 1_000_000;

/** One JSON value a line, both ways, over a stream socket. */
export interface JsonLines<Out> {
  send(message: Out): void;
}

/**
 * Calls `receive` for each line. A line that is not JSON, or is too long, ends the connection.
 */
export function jsonLines<In, Out>(socket: Socket, receive: (message: In) => void): JsonLines<Out> {
  let rest = '';
  socket.setEncoding('utf8');
  socket.on('data', (chunk: string) => {
    const lines = `${rest}${chunk}`.split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > LINE_LIMIT_CHARS) socket.destroy(new RangeError('line too long'));
    for (const line of lines) {
      const message = parse<In>(line);
      if (message === undefined) socket.destroy(new SyntaxError('not a JSON line'));
      else receive(message);
    }
  });
  return {
    send(message) {
      if (!socket.destroyed) socket.write(`${JSON.stringify(message)}\n`);
    },
  };
}

function parse<T>(line: string): T | undefined {
  try {
    return JSON.parse(line) as T;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
