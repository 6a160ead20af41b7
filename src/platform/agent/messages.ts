import type { OutsideProblem } from '../../model/outside-error.ts';
import type {
  ProbeAnswer,
  ProbeAsk,
  ProbeStage,
  UnixHttpAnswer,
  UnixHttpAsk,
} from '../../ports/vantage.ts';

/**
 * What the program and its agent on a host say to each other: one JSON object a line, over the
 * agent's standard input and output. The agent ends when its standard input does.
 */
export type Request =
  | { readonly id: number; readonly do: 'probe'; readonly ask: ProbeAsk }
  | { readonly id: number; readonly do: 'unix-http'; readonly ask: UnixHttpAsk }
  /** Stop waiting for that one: a probe is then answered with what is known so far. */
  | { readonly id: number; readonly do: 'cancel' };

export type Reply =
  | { readonly id: number; readonly is: 'stage'; readonly stage: ProbeStage }
  | { readonly id: number; readonly is: 'probe'; readonly answer: ProbeAnswer }
  | { readonly id: number; readonly is: 'unix-http'; readonly answer: UnixHttpAnswer }
  | { readonly id: number; readonly is: 'error'; readonly error: OutsideProblem };

/**
 * Cuts a stream of text into the lines it holds.
 *
 * @returns Takes the next piece of text and gives the lines it completes.
 */
export function lineCutter(): (text: string) => readonly string[] {
  let rest = '';
  return (text) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    return lines;
  };
}
