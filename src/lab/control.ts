import { connect } from 'node:net';
import { OutsideError } from '../model/outside-error.ts';
import { faultById } from './faults/index.ts';
import { labPath, type RunningLab } from './find-labs.ts';
import { jsonLines } from './json-lines.ts';
import { CONTROL_SOCKET, type FromHub, type LabCommand, type ToHub } from './protocol.ts';

/** A command makes a handful of changes; past this something hangs. */
const COMMAND_LIMIT_MS = 15_000;

/**
 * Breaks or mends a running lab, or what else {@link LabCommand} has. Resolves when every part of it
 * is as it shall be.
 *
 * @returns Ids of the faults now in force, oldest first.
 * @throws {RangeError} If there is no such fault.
 * @throws {OutsideError} If the lab does not answer, or cannot do it.
 */
export async function commandLab(
  lab: RunningLab,
  command: LabCommand,
  name?: string,
): Promise<readonly string[]> {
  if (name !== undefined && (command === 'break' || command === 'mend')) faultById(name);
  const socket = connect(labPath(lab, CONTROL_SOCKET));
  socket.setTimeout(COMMAND_LIMIT_MS, () => socket.destroy(new Error('no answer')));
  return await new Promise((resolve, reject) => {
    const fail = (found: string, cause?: unknown) =>
      reject(new OutsideError({ doing: `${command} lab "${lab.id}"`, found, cause }));
    const wire = jsonLines<FromHub, ToHub>(socket, (message) => {
      if (message.is !== 'answer') return;
      if (message.error !== undefined) fail(message.error);
      else resolve(message.faults ?? []);
      socket.end();
    });
    socket.on('error', (error) => fail(error.message, error));
    socket.on('close', () => fail('the lab ended'));
    wire.send({ is: 'command', command, name });
  });
}
