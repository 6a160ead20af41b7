import { decideOutput4 } from './decide-output4.ts';
import { decideOutput6 } from './decide-output6.ts';
import type { Decision, OutputQuestion } from './decision.ts';
import type { Kernel } from './kernel.ts';

/**
 * What the kernel does with a packet this host sends, or with a socket's first one.
 *
 * @throws {SyntaxError} If an address is malformed or not of the question's family.
 */
export function decideOutput(kernel: Kernel, question: OutputQuestion): Decision {
  return question.family === 'ipv4'
    ? decideOutput4(kernel, question)
    : decideOutput6(kernel, question);
}
